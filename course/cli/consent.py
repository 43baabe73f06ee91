"""Before somebody else's course runs here for the first time, its user says yes to that."""

import contextlib
import sys
from functools import cached_property
from pathlib import Path

from course.cli.output import explain
from course.content.folders import find_course
from course.errors import CourseNotTrusted, LessonError, StorageError
from course.storage.running_code import digest_code
from course.storage.trust import OWN, TrustedCourses

FLAG = "--trust-course"
YES = {"y", "yes"}


class Consent:
    """The answer to one question about one course.

    Args:
        course: The folder of its lessons.
        trusted: The answers that were given before.
        is_given: It was given on the command line.
        may_ask: Somebody sits there, who can be asked.
    """

    def __init__(
        self, course: Path, trusted: TrustedCourses, *, is_given: bool, may_ask: bool
    ) -> None:
        self._course = course.resolve()
        self._trusted = trusted
        self._may_ask = may_ask
        self._is_said = is_given
        self.is_on_screen = False

    @cached_property
    def question(self) -> str:
        """What it is about."""
        return (
            f"The course in {self._course} is not this program's own, or has changed since you"
            " agreed to it. Its tests run on this computer with your rights, also where its labs"
            " run in Docker. Only say yes to code that you trust."
        )

    @property
    def is_given(self) -> bool:
        """Whether it may run: our own always, another once somebody has said so."""
        return self._is_remembered

    def give(self) -> None:
        """Yes, from now on, until the course's code changes."""
        self._is_said = True
        self.__dict__.pop("_is_remembered", None)
        _ = self.is_given  # which remembers it

    def begin(self) -> None:
        """The course is empty and its lessons will be written here: they are the user's own."""
        self._remember(OWN)

    def require(self) -> None:
        """Make sure that it is given; raises CourseNotTrusted."""
        if not self.is_given and self._may_ask and not self.is_on_screen and self._asked():
            self.give()
        if not self.is_given:
            raise CourseNotTrusted(
                self.question, f"{FLAG} says yes, and is remembered until its code changes."
            )

    @cached_property
    def _is_remembered(self) -> bool:
        if self._is_ours():
            return True
        digest = digest_code(self._course)
        if self._trusted.is_trusted(self._course, digest):
            return True
        if self._is_said:
            self._remember(digest)
        return self._is_said

    def _is_ours(self) -> bool:
        with contextlib.suppress(LessonError):  # an installation without lessons of its own
            return self._course == find_course().resolve()
        return False

    def _remember(self, answer: str) -> None:
        try:
            self._trusted.trust(self._course, answer)
        except StorageError as error:
            explain(f"Your answer is not remembered: {error.summary}")

    def _asked(self) -> bool:
        explain(self.question, "Run it? [y/N]")
        return sys.stdin.readline(16).strip().casefold() in YES
