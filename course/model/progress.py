"""Where a learner is: what is stored, and what lists show of it.

Named tuples, and no import of what they hold: a program that only lists would wait longer for
dataclasses than it works.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from course.model.lesson import Exercise, Lesson
    from course.model.verdict import Verdict

State = Literal["new", "started", "done"]


class Prediction(NamedTuple):
    """What the learner expected of an experiment, and what came true when it ran."""

    experiment: str  # lesson/experiment
    choice: str
    observed: str | None = None  # None until it has run

    @property
    def is_right(self) -> bool | None:
        """Whether it came true; None until it has run."""
        return None if self.observed is None else self.choice == self.observed


class ExerciseCard(NamedTuple):
    """An exercise with the learner's state in it."""

    exercise: "Exercise"
    state: State  # started once it was checked or opened, done once it passed
    attempts: int = 0
    hints_seen: int = 0


class LessonCard(NamedTuple):
    """A lesson with the learner's state in it."""

    lesson: "Lesson"
    state: State
    step: int  # where the learner left off, from 0
    exercises: tuple[ExerciseCard, ...]


class Place(NamedTuple):
    """What to do next: a lesson and, once its text is read, an exercise."""

    lesson: str
    step: int
    exercise: str | None = None


class Hint(NamedTuple):
    """One hint of an exercise, and how many there are."""

    text: str
    number: int  # from 1
    total: int


class Standing(NamedTuple):
    """How an exercise stands when the learner comes back to it."""

    verdict: "Verdict | None" = None  # of the file as it is now; None once it has changed
    hints: tuple[Hint, ...] = ()  # those uncovered so far


class SandboxReport(NamedTuple):
    """Which sandbox labs run in, and why; what is a stand-in."""

    kind: Literal["docker", "embedded"]
    why: str
    warning: str = ""  # "practice: your code runs with your own rights on this computer"
    can_build: bool = False  # an engine is there and only the image is missing
    image: str = ""  # what exactly runs in it: the image's id, or a digest of our own sources
