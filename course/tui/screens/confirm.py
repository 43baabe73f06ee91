"""A question before something that cannot be taken back by one key."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Static

from course.model.untrusted import clean


class ConfirmScreen(ModalScreen[bool]):
    """Yes or no; the safe answer has the focus."""

    CSS_PATH = "parameters.tcss"
    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", tooltip="Do it", id="confirm.yes"),
        Binding("n,escape", "dismiss(False)", "No", tooltip="Leave it", id="confirm.no"),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self._question, self._yes = question, yes

    def compose(self) -> ComposeResult:
        """The question and both answers."""
        with VerticalGroup(classes="frame"):
            yield Static(Content(clean(self._question)), classes="question")
            with HorizontalGroup():
                yield Button(Content(self._yes), variant="warning", id="yes")
                yield Button("Leave it", id="no")
        yield Footer()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Hand back the answer."""
        self.dismiss(event.button.id == "yes")
