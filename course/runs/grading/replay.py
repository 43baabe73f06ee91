"""Grades once more what a receipt vouches for, and says whether it comes out the same."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from course.errors import SubmissionRefused, UsageError
from course.model.grade import Grade, Graded
from course.model.lesson import Exercise
from course.runs.grading.digests import digest_files, digest_tests
from course.runs.grading.folders import Files, handed_in
from course.runs.grading.grader import Terms
from course.runs.grading.layout import Scope
from course.runs.grading.pool import Hand
from course.runs.grading.receipt import Vouched
from course.runs.grading.submissions import Entry, Read, Task


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it.

    Args:
        before: As the receipt has it.
        again: As it is now.
        events: The digest of the event log in the receipt.
    """

    before: Grade
    again: Graded
    events: str = ""

    @property
    def after(self) -> Grade:
        """The grade as it is now."""
        return self.again.grade

    @property
    def is_same_log(self) -> bool:
        """Whether the same was asked and answered on the way; times and ports of a rig differ."""
        return self.events == self.again.events

    @property
    def is_same(self) -> bool:
        """Whether outcome, score and every test came out as before."""
        return _result(self.before) == _result(self.after)

    @property
    def is_word_for_word(self) -> bool:
        """Whether every message and everything printed is the same too."""
        return self.before.receipt == self.after.receipt

    @property
    def changes(self) -> list[str]:
        """What is another than before, in words."""
        before, after = self.before, self.after
        found: list[tuple[str, object, object]] = [
            ("outcome", before.outcome, after.outcome),
            ("score", before.score, after.score),
        ]
        old, new = _outcomes(before), _outcomes(after)
        found += [(name, old.get(name), new.get(name)) for name in {**old, **new}]
        return [f"{name}: {was}, now {now}" for name, was, now in found if was != now]


def find_work(
    grade: Grade, exercise: Exercise, scopes: Sequence[Scope], root: Path, read: Read = handed_in
) -> Task:
    """The task that was graded; raises UsageError when it is not there any more."""
    if digest_tests(exercise) != grade.tests_digest:
        raise UsageError(
            f"The tests of {exercise.slug} are others than those of the receipt.",
            "Replay it with the version of the course that graded it.",
        )
    place = root / grade.place
    entry = Entry(grade.learner, place, root)
    for scope in scopes:
        task = Task(entry, exercise, scope, read)
        if digest_files(_files(task)) == grade.submission:
            return task
    raise UsageError(
        f"{place} is not what the receipt is about: its files are others, or gone.",
        "Give the folder that was graded: course grade PATH --replay RECEIPT",
    )


def replay(
    vouched: Vouched, task: Task, terms: Terms, make_hand: Callable[[Terms], Hand]
) -> Replay:
    """Judge the same files with the same seed."""
    grade = vouched.grade
    same = replace(terms, partial=grade.partial, seed=grade.seed, is_own_seed=True)
    with closing(make_hand(same)) as hand:
        return Replay(grade, hand.grade(task), vouched.events)


def _files(task: Task) -> Files:
    try:
        return task.files()
    except SubmissionRefused:
        return {}


def _result(grade: Grade) -> tuple[object, ...]:
    return (grade.outcome, grade.score, _outcomes(grade))


def _outcomes(grade: Grade) -> dict[str, str]:
    return {test.name: test.outcome for test in grade.tests}
