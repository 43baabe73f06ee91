"""Introduces the parts to each other; what is heavy is imported when it is first needed."""

import contextlib
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import cast

from course.cli.output import explain
from course.content.catalog import Catalog, find_course
from course.model.untrusted import clean_line
from course.runs.ports import Sandboxes
from course.runs.study import Checker, Desk
from course.storage.paths import Places, find_places
from course.storage.progress import ProgressStore
from course.storage.workspace import Workspace


class Wiring:
    """What a command may ask for.

    Args:
        course: The folder of another course's lessons.
        sandbox: auto, docker or embedded.
    """

    def __init__(self, course: Path | None, sandbox: str) -> None:
        self._course = course
        self._sandbox = sandbox
        self._at_end = contextlib.ExitStack()

    def close(self) -> None:
        """End what no command has ended itself."""
        self._at_end.close()

    @cached_property
    def catalog(self) -> Catalog:
        """The lessons."""
        return Catalog(find_course(self._course))

    @cached_property
    def places(self) -> Places:
        """Where the learner's data is."""
        return find_places()

    @cached_property
    def sandboxes(self) -> Sandboxes:
        """What opens sandboxes; nothing is started yet."""
        from course.sandbox.choice import Choice, Chooser

        return Chooser(cast("Choice", self._sandbox))

    def checker(self, *, ahead: bool) -> Checker:
        """What judges submissions; `ahead` keeps a sandbox ready for the next check."""
        from course.judge.judge import PytestJudge
        from course.runs.checks import Checks

        judge = PytestJudge()
        self._at_end.callback(judge.close)
        return Checks(self.sandboxes, judge, ahead=ahead)

    @contextlib.contextmanager
    def study(self, *, ahead: bool = False) -> Iterator[Desk]:
        """The learner's desk, closed at the end; what it noticed is told on stderr."""
        catalog = self.catalog
        desk = Desk(
            catalog,
            ProgressStore(self.places.progress),
            Workspace(self.places.workspace),
            sandboxes=lambda: self.sandboxes,
            checker=lambda: self.checker(ahead=ahead),
        )
        try:
            _tell(desk)
            yield desk
        finally:
            desk.close()
            _tell(desk)


def _tell(desk: Desk) -> None:
    for notice in desk.notices():
        explain(clean_line(notice))


def has_terminal() -> bool:
    """Whether somebody sits at a terminal that can be drawn on."""
    return sys.stdin.isatty() and sys.stdout.isatty()
