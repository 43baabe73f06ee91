"""A batch: what is to be graded, what of it is done already, and the grades of all of it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from course.errors import CourseError
from course.model.grade import Graded
from course.runs.grading.digests import digest_files, digest_tests
from course.runs.grading.grader import Terms
from course.runs.grading.ledger import Ledger
from course.runs.grading.receipt import Vouched, make_receipt, receipt_name
from course.runs.grading.submissions import Task
from course.storage.atomic import write_whole

RECEIPTS = "receipts"


class Pool(Protocol):
    """Grades tasks, on this computer or on others."""

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Graded]]:
        """Every task with its grade, as they are done."""


class Batch:
    """Tasks, and the book that their grades are written into.

    Args:
        tasks: In the order of the report.
        ledger: Of this batch; may hold grades of a run that was interrupted.
        terms: Of the batch.
    """

    def __init__(self, tasks: Sequence[Task], ledger: Ledger, terms: Terms) -> None:
        self._tasks = tasks
        self._ledger = ledger
        self._terms = terms
        done = ledger.grades
        self._open = [task for task in tasks if not _is_done(task, done.get(task.id), terms)]

    @property
    def total(self) -> int:
        """How many grades there will be."""
        return len(self._tasks)

    @property
    def left(self) -> int:
        """How many are not there yet."""
        return len(self._open)

    def run(self, pool: Pool, told: Callable[[Task, Graded], None]) -> None:
        """Grade what is left; each grade is on disk before anybody is told."""
        for task, graded in pool(self._open):
            self._ledger.add(task.id, graded)
            told(task, graded)

    def grades(self) -> list[Graded]:
        """All grades, in the order of the tasks."""
        known = self._ledger.grades
        return [known[task.id] for task in self._tasks]

    def write_receipts(self, key: bytes) -> Path:
        """A receipt for each grade; returns their folder."""
        folder = self._ledger.folder / RECEIPTS
        for task, graded in zip(self._tasks, self.grades(), strict=True):
            vouched = Vouched(graded.grade, graded.events, task.entry.root)
            write_whole(folder / receipt_name(graded.grade), make_receipt(vouched, key))
        return folder


def _is_done(task: Task, before: Graded | None, terms: Terms) -> bool:
    """Whether there is a grade for just these files, by just these tests."""
    if before is None or before.grade.outcome == "error":
        return False
    if terms.image and before.grade.image != terms.image:  # none: the workers know
        return False
    try:
        submission = digest_files(task.files())
    except CourseError:
        submission = ""
    tests = digest_tests(task.exercise)
    return (
        before.grade.submission == submission
        and before.grade.tests_digest == tests
        and before.grade.learner == task.entry.learner
    )
