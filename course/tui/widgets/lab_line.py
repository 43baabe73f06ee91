"""One line that says how the lab is, for when the lab itself is not on the screen."""

from textual.content import Content
from textual.widgets import Static

from course.model.state import LabState
from course.model.untrusted import clean_line
from course.tui.theme import NODES


class LabLine(Static):
    """The lab in one line."""

    def show_starting(self) -> None:
        """It is on its way."""
        self.update(Content.styled("◐ The lab is starting. Read on meanwhile.", "$text-warning"))

    def show_failed(self) -> None:
        """It did not start."""
        self.update(Content.styled("✕ The lab did not start. r tries again.", "$text-error"))

    def show_state(self, state: LabState) -> None:
        """How many nodes are up, where, and what is a stand-in."""
        line = _line(state)
        if line != self.content:  # told several times a second; each update is a layout
            self.update(line)


def _line(state: LabState) -> Content:
    if state.is_lost:
        return Content.styled(
            f"✕ {clean_line(state.stopped or '')} r opens a new lab.", "$text-error"
        )
    if state.silent:
        return Content.styled(f"‖ No news from the lab for {state.silent} s.", "$text-warning")
    if state.stopped is not None:
        reason = clean_line(state.stopped)
        return Content.styled(f"○ The lab is closed. r restarts it. {reason}", "$text-warning")
    nodes = [node for node in state.nodes.values() if node.state != "gone"]
    up = sum(node.state == "up" for node in nodes)
    look = NODES["up" if up == len(nodes) else "paused"]
    stand_ins = [clean_line(part.name, 30) for part in state.components if part.stand_in]
    return Content.assemble(
        (f"{look.symbol} ", look.style),
        f"Lab: {up} of {len(nodes)} nodes up",
        (f" · {clean_line(state.sandbox, 20)}" if state.sandbox else "", "$foreground 65%"),
        (f" · stand-in: {', '.join(stand_ins)}" if stand_ins else "", "$text-warning"),
        (f" · {state.dropped} events left out" if state.dropped else "", "$foreground 55%"),
    )
