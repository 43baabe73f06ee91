"""Introduces the parts to each other; what is heavy is imported when it is first needed."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from course.cli.output import explain
from course.content.folders import find_course
from course.model.untrusted import clean_line
from course.runs.reader import Reader
from course.runs.shown import ShownLessons
from course.storage.paths import Places, find_places
from course.storage.progress import ProgressStore

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.cli.consent import Consent
    from course.content.catalog import Catalog
    from course.runs.checks import Checks
    from course.runs.grading.openers import Openers
    from course.runs.labs import Heard
    from course.runs.ports import Judge, Sandboxes
    from course.runs.study import Desk

_Reading = TypeVar("_Reading", bound=Reader)


class Wiring:
    """What a command may ask for.

    Args:
        course: The folder of another course's lessons.
        sandbox: auto, docker or embedded.
        is_trusted: Whether the command line agrees to run that course's code.
        may_ask: Whether somebody sits there who can be asked.
    """

    def __init__(
        self,
        course: Path | None,
        sandbox: str,
        *,
        is_trusted: bool = False,
        may_ask: bool = False,
    ) -> None:
        self._course = course
        self._sandbox = sandbox
        self._is_trusted = is_trusted
        self._may_ask = may_ask
        self._at_end = contextlib.ExitStack()

    def close(self) -> None:
        """End what no command has ended itself."""
        self._at_end.close()

    @cached_property
    def course(self) -> Path:
        """The folder of the lessons."""
        return find_course(self._course)

    @cached_property
    def catalog(self) -> "Catalog":
        """The lessons."""
        from course.content.catalog import Catalog

        return Catalog(self.course)

    @cached_property
    def places(self) -> Places:
        """Where the learner's data is."""
        return find_places()

    @cached_property
    def sandboxes(self) -> "Sandboxes":
        """What opens sandboxes, for a course that may run; nothing is started yet.

        Raises:
            CourseNotTrusted: It is somebody else's, and nobody has agreed to that.
        """
        from course.sandbox.choice import Choice, Chooser

        chooser = Chooser(cast("Choice", self._sandbox))
        self._at_end.callback(chooser.close)
        if self.consent.is_on_screen:  # which reads without an answer, and asks by itself
            from course.runs.guarded import GuardedSandboxes

            return GuardedSandboxes(chooser, self.consent.require)
        self.consent.require()
        return chooser

    @cached_property
    def consent(self) -> "Consent":
        """Whether this course's code may run on this computer."""
        from course.cli.consent import Consent
        from course.storage.trust import TrustedCourses

        return Consent(
            self.course,
            TrustedCourses(self.places.trusted),
            is_given=self._is_trusted,
            may_ask=self._may_ask,
        )

    @cached_property
    def openers(self) -> "Openers":
        """What opens files of learners, in processes of its own; ended with the command."""
        from course.runs.grading.openers import Openers

        openers = Openers()
        self._at_end.callback(openers.close)
        return openers

    def checker(self, *, ahead: bool, many: bool = False) -> "Checks":
        """What judges submissions; `ahead` keeps sandboxes ready for the next check.

        A learner waits for one answer, so its tests run in parallel, and who is to blame for an
        error is found out. Where there are `many`, others of them wait for the processors.
        """
        from course.runs.checks import Checks

        return Checks(self.sandboxes, self.judge(), ahead=ahead, settle=not many, parallel=not many)

    def checker_of_many(self, boxes: int) -> "Checks":
        """What judges many answers on so many seeds, in boxes that are kept where that can be."""
        from course.runs.checks import Checks
        from course.runs.grading.fast import BatchSandboxes, FastSandboxes

        if self.sandboxes.report().kind != "docker":
            return self.checker(ahead=True, many=True)
        fast = FastSandboxes(cast("BatchSandboxes", self.sandboxes), boxes)
        self._at_end.callback(fast.close)
        return Checks(fast, self.judge(), ahead=False)

    def judge(self) -> "Judge":
        """What runs tests; ended with the command."""
        from course.judge.judge import PytestJudge

        judge = PytestJudge()
        self._at_end.callback(judge.close)
        return judge

    def tell_of_walls(self) -> None:
        """Say it where code runs behind fewer walls than whoever typed this may expect."""
        report = self.sandboxes.report()
        if self._sandbox == "auto" and report.kind == "embedded":
            explain(f"Sandbox: embedded, on this computer ({clean_line(report.why)}).")

    @contextlib.contextmanager
    def study(
        self, *, ahead: bool = False, record: "Callable[[str], Heard] | None" = None
    ) -> Iterator["Desk"]:
        """The learner's desk, closed at the end; what it noticed is told on stderr."""
        from course.runs.study import Desk
        from course.storage.workspace import Workspace

        catalog = self.catalog
        desk = Desk(
            catalog,
            ProgressStore(self.places.progress),
            Workspace(self.places.workspace),
            sandboxes=lambda: self.sandboxes,
            checker=lambda: self.checker(ahead=ahead),
            record=record,
        )
        with _told(desk):
            yield desk

    @contextlib.contextmanager
    def reader(self) -> Iterator[Reader]:
        """The half of the desk that needs no sandbox, and is there sooner."""
        lessons = ShownLessons(self.course, self.places.cache)
        with _told(Reader(lessons, ProgressStore(self.places.progress))) as reader:
            yield reader


@contextlib.contextmanager
def _told(reader: _Reading) -> Iterator[_Reading]:
    """Close it at the end, and tell what it noticed."""
    try:
        _tell(reader)
        yield reader
    finally:
        reader.close()
        _tell(reader)


def _tell(reader: Reader) -> None:
    for notice in reader.notices():
        explain(clean_line(notice))


def has_terminal() -> bool:
    """Whether somebody sits at a terminal that can be drawn on."""
    return sys.stdin.isatty() and sys.stdout.isatty()
