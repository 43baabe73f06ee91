"""Sandboxes that open for a course only once somebody has agreed to run its code."""

from collections.abc import Callable, Sequence

from course.model.event import Event
from course.model.lesson import Exercise, Lesson
from course.model.progress import SandboxReport
from course.runs.ports import LabSession, Progress, Sandboxes, Session


class GuardedSandboxes:
    """Implements `ports.Sandboxes`.

    Args:
        sandboxes: Opens them.
        require: Raises CourseNotTrusted as long as nobody has agreed.
    """

    def __init__(self, sandboxes: Sandboxes, require: Callable[[], None]) -> None:
        self._sandboxes = sandboxes
        self._require = require

    def report(self) -> SandboxReport:
        """Which sandbox it is."""
        return self._sandboxes.report()

    def open(self, lesson: Lesson, on_event: Callable[[Event], None]) -> LabSession:
        """A session for a lab."""
        self._require()
        return self._sandboxes.open(lesson, on_event)

    def open_for_check(self, exercise: Exercise, seed: int | None = None) -> Session:
        """A session to judge one submission in; tests run outside it."""
        self._require()
        return self._sandboxes.open_for_check(exercise, seed)

    def answers(self) -> bool:
        """Whether sandboxes can be opened at all just now."""
        return self._sandboxes.answers()

    def build(self, progress: Progress) -> None:
        """Build the image."""
        self._sandboxes.build(progress)

    def left_over(self) -> Sequence[str]:
        """What closed boxes left behind."""
        return self._sandboxes.left_over()
