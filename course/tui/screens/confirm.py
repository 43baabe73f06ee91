"""A question before something that cannot be taken back by one key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Static

from course.model.untrusted import clean


@dataclass(frozen=True, slots=True)
class Answer:
    """One way out of a question."""

    key: str
    label: str
    tooltip: str


class ChoiceScreen(ModalScreen[str | None]):
    """A question with several answers, the first of which has the focus; its key is handed back."""

    CSS_PATH = "parameters.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Go back", tooltip="Change nothing", id="choice.back"),
    ]

    def __init__(self, question: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._question, self._answers = question, answers
        for answer in answers:
            self._bindings.bind(answer.key, f"dismiss('{answer.key}')", answer.label)

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with VerticalGroup(classes="frame"):
            yield Static(Content(clean(self._question)), classes="question")
            for answer in self._answers:
                label = Content(f"{answer.key}  {answer.label}")
                yield Button(label, id=f"answer-{answer.key}", tooltip=answer.tooltip)
        yield Footer()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Hand back the answer."""
        self.dismiss(str(event.button.id).removeprefix("answer-"))


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
