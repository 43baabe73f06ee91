"""Everything about the selected node, where the picture had no room for it."""

from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from course.model.event import NodeChanged
from course.model.state import LabState
from course.model.untrusted import clean_line
from course.tui.theme import NODES


class NodeLine(Static):
    """Hidden while no node is selected."""

    def show(self, state: LabState, name: str | None) -> None:
        """Tell about a node of the lab, or nothing."""
        node = state.nodes.get(name) if name is not None else None
        self.display = node is not None
        if node is not None:
            self.update(_about(node, state))


def _about(node: NodeChanged, state: LabState) -> Content:
    look = NODES[node.state]
    return Content.assemble(
        (clean_line(node.title or node.node, 60), "bold"),
        (f"  {look.label}", look.style),
        (f"  {clean_line(node.role, 30)}", "$foreground 65%"),
        f"  pid {node.pid}" if node.pid is not None else "",
        *(f"\n{line}" for line in _more(node, state)),
        ("\ns shows its code, backspace lets go of it", "$foreground 50%"),
    )


def _more(node: NodeChanged, state: LabState) -> Iterator[str]:
    if node.detail:
        yield clean_line(node.detail, 300)
    came = sum(flow.requests for (_, target), flow in state.edges.items() if target == node.node)
    failed = sum(flow.errors for (_, target), flow in state.edges.items() if target == node.node)
    sent = sum(flow.requests for (source, _), flow in state.edges.items() if source == node.node)
    if came or sent:
        yield f"since the lab opened: {came:,} in, {failed:,} of them failed, {sent:,} out"
