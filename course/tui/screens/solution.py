"""The reference solution beside the learner's own, once that one has passed."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from course.tui.screens.base import WIDE
from course.tui.widgets.code import code_content


class SolutionScreen(ModalScreen[None]):
    """Two files side by side; one below the other on a narrow terminal."""

    CSS_PATH = "editing.tcss"
    AUTO_FOCUS = ".-reference"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - as in Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,v,q", "dismiss", "Close", tooltip="Back to the exercise",
                id="solution.close"),
    ]  # fmt: skip

    def __init__(self, name: str, mine: str, reference: str) -> None:
        super().__init__()
        self._name_of_file, self._mine, self._reference = name, mine, reference

    def compose(self) -> ComposeResult:
        """Both files."""
        with Container(classes="both"):
            yield self._side("Yours", self._mine, "")
            yield self._side("Reference: one way, not the only one", self._reference, "-reference")
        yield Footer()

    def _side(self, title: str, text: str, name: str) -> VerticalScroll:
        side = VerticalScroll(
            Static(code_content(text, self._name_of_file)), classes=f"side {name}".strip()
        )
        side.border_title = title
        return side
