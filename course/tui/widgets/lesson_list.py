"""The list of lessons on the home screen, and a sheet about the one that is highlighted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from course.model.lesson import Exercise
from course.model.progress import LessonCard
from course.model.untrusted import clean, clean_line
from course.tui.theme import PROGRESS
from course.tui.widgets.exercise_link import exercise_line

BAR = 10


class LessonList(OptionList):
    """Two lines a lesson: number and title, then how far the learner is."""

    HELP = """\
### Lessons
`enter` opens the highlighted lesson where you left it; `c` goes on with what is next, whatever is
highlighted. `tab` moves on to the lesson's exercises."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="Open the lesson where you left it",
                id="home.open"),
    ]  # fmt: skip

    def show(self, cards: Sequence[LessonCard], here: str | None) -> None:
        """List the lessons; highlight what was highlighted, else where the learner is."""
        wanted = self.highlighted_option
        name = wanted.id if wanted is not None else here
        self.set_options(Option(_two_lines(card), id=card.lesson.id) for card in cards)
        names = [card.lesson.id for card in cards]
        if cards:
            self.highlighted = names.index(name) if name in names else 0


class LessonSheet(VerticalScroll, can_focus=False):
    """What a lesson is about, and its exercises to choose from."""

    @dataclass
    class ExerciseChosen(Message):
        """The learner chose an exercise of the lesson."""

        exercise: Exercise

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._exercises: dict[str, Exercise] = {}

    def compose(self) -> ComposeResult:
        """The text about it, and its exercises."""
        yield Static(id="about")
        exercises = OptionList(id="exercises", compact=True)
        exercises.border_title = "Exercises"
        yield exercises

    def show(self, card: LessonCard) -> None:
        """Show another lesson."""
        self._exercises = {each.exercise.id: each.exercise for each in card.exercises}
        self.query_one("#about", Static).update(_about(card))
        exercises = self.query_one("#exercises", OptionList)
        exercises.display = bool(card.exercises)
        exercises.set_options(
            Option(exercise_line(each), id=each.exercise.id) for each in card.exercises
        )

    @on(events.DescendantFocus, "#exercises")
    def highlight(self, event: events.DescendantFocus) -> None:
        """The first one, so that `enter` opens something."""
        exercises = event.widget
        if isinstance(exercises, OptionList) and exercises.highlighted is None:
            exercises.highlighted = 0

    @on(OptionList.OptionSelected, "#exercises")
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Hand the chosen exercise up."""
        event.stop()
        self.post_message(self.ExerciseChosen(self._exercises[event.option_id or ""]))


def _two_lines(card: LessonCard) -> Content:
    look, steps = PROGRESS[card.state], len(card.lesson.steps)
    passed = sum(each.state == "done" for each in card.exercises)
    parts = [f"{card.lesson.minutes} min"]
    if card.state == "started":
        parts.insert(0, f"step {min(card.step + 1, steps)} of {steps}")
    if card.exercises:
        parts.append(f"{passed} of {len(card.exercises)} exercises")
    return Content.assemble(
        (f"{card.lesson.number:02d}  ", "$text-primary"),
        (clean_line(card.lesson.title, 100), "bold"),
        "\n    ",
        (look.label, look.style),
        (f" · {' · '.join(parts)}", "$foreground 60%"),
    )


def _about(card: LessonCard) -> Content:
    lesson = card.lesson
    aims = [Content.assemble(("› ", "$text-primary"), clean(aim)) for aim in lesson.objectives]
    needs = f"After: {', '.join(clean_line(name, 40) for name in lesson.requires)}"
    return Content("\n").join([
        Content.styled(clean_line(lesson.title), "bold $text-primary"),
        Content(clean(lesson.summary)),
        Content(""),
        _progress(card),
        *([Content(""), Content.styled("You will be able to", "bold")] if aims else []),
        *aims,
        *([Content(""), Content.styled(needs, "$foreground 60%")] if lesson.requires else []),
    ])  # fmt: skip


def _progress(card: LessonCard) -> Content:
    look, steps = PROGRESS[card.state], max(len(card.lesson.steps), 1)
    read = {"new": 0, "started": min(card.step + 1, steps), "done": steps}[card.state]
    full = round(BAR * read / steps)
    return Content.assemble(
        ("━" * full, look.style),
        ("─" * (BAR - full), "$foreground 30%"),
        f"  {read} of {steps} steps",
    )
