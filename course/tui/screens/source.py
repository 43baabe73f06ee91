"""The code behind what the learner looked at."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from course.model.untrusted import clean_line
from course.tui.widgets.code import code_content


class SourceScreen(ModalScreen[None]):
    """A file's piece, highlighted, with its real line numbers."""

    CSS_PATH = "source.tcss"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,s,q", "dismiss", "Close", tooltip="Back to the lesson", id="source.close"),
    ]

    def __init__(self, file: str, text: str, first_line: int) -> None:
        super().__init__()
        self._file, self._text, self._line = file, text, first_line

    def compose(self) -> ComposeResult:
        """The frame with the file's name, and the code in it."""
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(clean_line(f"{self._file}:{self._line}")).markup
            with VerticalScroll():
                yield Static(code_content(self._text, self._file, self._line))
        yield Footer()
