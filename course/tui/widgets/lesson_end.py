"""The last page of a lesson: what the learner can do now, what they predicted, what is next."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from course.model.lesson import Experiment, Lesson
from course.model.progress import LessonCard, Place, Prediction
from course.model.untrusted import clean
from course.tui.widgets.exercise_link import ExerciseLink

Settled = tuple[Experiment, Prediction]


@dataclass
class PlaceWanted(Message):
    """The learner wants to go on to a place."""

    place: Place


class LessonEnd(VerticalGroup):
    """Takeaways, predictions, exercises, and the way on."""

    def __init__(
        self, card: LessonCard, settled: Sequence[Settled], following: Place | None, title: str
    ) -> None:
        super().__init__()
        self._card, self._settled = card, settled
        self._following, self._title = following, title

    def compose(self) -> ComposeResult:
        """One part below the other."""
        lesson = self._card.lesson
        yield Static(Content.styled("The text ends here. You can now", "bold"), classes="part")
        yield Static(_objectives(lesson))
        if lesson.experiments:
            yield Static(_predictions(lesson, self._settled), classes="part")
        for card in self._card.exercises:
            yield ExerciseLink(card)
        yield Static(Content.styled("Next", "bold"), classes="part")
        if self._following is None:
            yield Static(Content("Nothing is left: every lesson is read, every exercise passed."))
        else:
            yield Button(Content(f" {clean(self._title)} "), variant="success", id="next")

    @on(Button.Pressed, "#next")
    def go_on(self, event: Button.Pressed) -> None:
        """Ask to go on."""
        event.stop()
        if self._following is not None:
            self.post_message(PlaceWanted(self._following))


def _objectives(lesson: Lesson) -> Content:
    lines = [Content.assemble(("✓ ", "$text-success"), clean(o)) for o in lesson.objectives]
    return Content("\n").join(lines)


def _predictions(lesson: Lesson, settled: Sequence[Settled]) -> Content:
    right = sum(bool(prediction.is_right) for _, prediction in settled)
    head = f"Predictions: {len(settled)} of {len(lesson.experiments)} made, {right} came true"
    lines = [Content.styled(head, "bold")]
    for experiment, prediction in settled:
        mark, style = ("✓", "$text-success") if prediction.is_right else ("✕", "$text-error")
        lines.append(Content.assemble((f"{mark} ", style), clean(experiment.title)))
    return Content("\n").join(lines)
