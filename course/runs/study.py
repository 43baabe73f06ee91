"""What a learner does with a course: read, predict, break, write, check, come back."""

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from course.content.catalog import Catalog
from course.content.declared_tests import declared_tests
from course.content.naming import find_exercise
from course.errors import UsageError
from course.model.lesson import Exercise
from course.model.progress import Hint, SandboxReport, Standing
from course.model.verdict import Verdict
from course.runs.hints import next_hint, uncovered
from course.runs.labs import Heard, RunningLab, open_lab
from course.runs.ports import Progress, Sandboxes
from course.runs.reader import Reader
from course.storage.progress import ProgressStore
from course.storage.regular import open_regular
from course.storage.workspace import Workspace

LARGEST_OWN = 64 << 20  # bytes of a learner's own file that are looked at


class Checker(Protocol):
    """Judges a file against an exercise."""

    def prepare(self, exercise: Exercise, /) -> None:
        """Get ready for a check, in the background."""

    def check(self, exercise: Exercise, file: Path | bytes, /, *, alone: bool = False) -> Verdict:
        """One run of the tests; raises CourseError when there is nothing to run them in."""

    def close(self) -> None:
        """End what is kept warm."""


class Desk(Reader):
    """Study, over lessons on disk and the learner's own data.

    Args:
        catalog: The lessons.
        store: Steps, predictions, attempts, hints.
        workspace: The learner's files.
        sandboxes: Gives the sandboxes; asked once, when a lab is first opened.
        checker: Gives the judge; asked once, at the first check.
        record: Begins a recording, given the name of a lesson's folder; None keeps none.
    """

    def __init__(  # noqa: PLR0913 - the parts it introduces to each other
        self,
        catalog: Catalog,
        store: ProgressStore,
        workspace: Workspace,
        *,
        sandboxes: Callable[[], Sandboxes],
        checker: Callable[[], Checker],
        record: Callable[[str], Heard] | None = None,
    ) -> None:
        super().__init__(catalog, store)
        self._workspace = workspace
        self._give_sandboxes = sandboxes
        self._give_checker = checker
        self._record = record
        self._labs: list[RunningLab] = []

    # -- the lab

    def sandbox(self) -> SandboxReport:
        """Which sandbox labs will run in."""
        return self._sandboxes.report()

    def build_sandbox(self, progress: Progress) -> None:
        """Build the Docker image."""
        self._sandboxes.build(progress)

    def open_lab(
        self, lesson: str, *, seed: int | None = None, heard: Sequence[Heard] = ()
    ) -> RunningLab:
        """Start a lesson's lab."""
        found = self._lesson(lesson)
        if self._record is not None:
            heard = (*heard, self._record(found.folder.name))
        lab = open_lab(found, self._sandboxes, seed=seed, heard=heard)
        self._labs = [one for one in self._labs if one.state().stopped is None]
        self._labs.append(lab)
        return lab

    # -- exercises

    def exercise(self, name: str) -> Exercise:
        """`lesson/exercise`, slugs or unambiguous prefixes."""
        return find_exercise(self._shelf.lessons, name)

    def file(self, exercise: Exercise) -> Path:
        """The learner's file; a copy of the starter the first time."""
        path = self._workspace.file(exercise)
        with self._remembering():
            self._store.open(exercise.slug)
        return path

    def standing(self, exercise: Exercise) -> Standing:
        """The verdict, as long as the file is the one that was checked, and the hints so far."""
        seen = self._store.hints_seen(exercise.slug)
        hints = uncovered(declared_tests(exercise.tests), seen)
        last = self._store.last_attempt(exercise.slug)
        if last is None or last.sha256 != _digest(self._workspace.file(exercise)):
            return Standing(hints=hints)
        return Standing(last.verdict, hints)

    def prepare(self, exercise: Exercise) -> None:
        """Open the sandbox of the next check while the learner reads."""
        self._checker.prepare(exercise)

    def check(self, exercise: Exercise, file: Path | None = None) -> Verdict:
        """Judge the learner's file, or another; only the own one's verdict is remembered."""
        if file is not None:
            return self._judged(exercise, _readable(file))
        path = self._workspace.file(exercise)
        digest = _digest(path)
        verdict = self._judged(exercise, path)
        with self._remembering():
            self._store.add_attempt(verdict, digest)
        return verdict

    def _judged(self, exercise: Exercise, file: Path | bytes) -> Verdict:
        """The verdict; a second one where the machine was too crowded to believe the first."""
        verdict = self._checker.check(exercise, file)
        if verdict.is_crowded:
            verdict = self._checker.check(exercise, file, alone=True)
        return verdict

    def hint(self, exercise: Exercise) -> Hint | None:
        """Uncover the next hint."""
        last = self._store.last_attempt(exercise.slug)
        failing = {test.name for test in last.tests if test.outcome != "passed"} if last else set()
        seen = self._store.hints_seen(exercise.slug)
        found = next_hint(declared_tests(exercise.tests), failing, seen)
        if found is None:
            return None
        name, hint = found
        with self._remembering():
            self._store.see_hint(exercise.slug, name)
        return hint

    def reset(self, exercise: Exercise) -> Path:
        """Put the starter back; returns where the learner's file is kept."""
        return self._workspace.reset(exercise)

    def solution(self, exercise: Exercise) -> str | None:
        """The reference solution, once the exercise has passed."""
        progress = self._store.exercises().get(exercise.slug)
        if progress is None or not progress.has_passed:
            return None
        return exercise.solution.read_text(encoding="utf-8")

    def close(self) -> None:
        """Close what is open: labs, the judge, the store."""
        for lab in self._labs:
            lab.close()
        self._labs.clear()
        if "_checker" in self.__dict__:  # it was asked for
            self._checker.close()
        super().close()

    @cached_property
    def _sandboxes(self) -> Sandboxes:
        return self._give_sandboxes()

    @cached_property
    def _checker(self) -> Checker:
        return self._give_checker()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with open_regular(path, LARGEST_OWN) as file:
        left = LARGEST_OWN
        while left > 0 and (part := file.read(min(left, 1 << 16))):
            digest.update(part)
            left -= len(part)
    return digest.hexdigest()


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    if not os.access(path, os.R_OK):
        raise UsageError(f"{path} may not be read.")
    return path
