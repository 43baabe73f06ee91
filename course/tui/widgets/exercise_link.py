"""An exercise where the text sends the learner to it."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from course.model.lesson import Exercise
from course.model.progress import ExerciseCard
from course.model.untrusted import clean_line
from course.tui.theme import PROGRESS


@dataclass
class ExerciseWanted(Message):
    """The learner wants to work on an exercise."""

    exercise: Exercise


class ExerciseLink(VerticalGroup):
    """Title, state, attempts and the way in."""

    def __init__(self, card: ExerciseCard) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        """The line that says how it stands, and the button."""
        yield Static(exercise_line(self._card))
        yield Button("Open the exercise  e", variant="primary", compact=True)

    @on(Button.Pressed)
    def open_it(self, event: Button.Pressed) -> None:
        """Ask for the exercise."""
        event.stop()
        self.post_message(ExerciseWanted(self._card.exercise))


def exercise_line(card: ExerciseCard) -> Content:
    """An exercise in one line: its state, title, file and attempts."""
    look = PROGRESS[card.state]
    attempts = f" · {card.attempts} {'check' if card.attempts == 1 else 'checks'}"
    return Content.assemble(
        (f"{look.symbol} ", look.style),
        (clean_line(card.exercise.title), "bold"),
        (f"  {look.word}", look.style),
        (attempts if card.attempts else "", "$foreground 55%"),
    )
