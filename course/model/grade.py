"""What grading other people's code knows: who, what was handed in, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course.model.verdict import Outcome, TestResult

Isolation = Literal["container", "fast", "none"]
"""A fresh container, a fresh uid in a hardened one, or no wall at all (trusted code only)."""


@dataclass(frozen=True, slots=True)
class Learner:
    """Whose work it is, as far as the instructor's files say."""

    id: str
    name: str = ""
    email: str = ""
    columns: tuple[tuple[str, str], ...] = ()  # whatever else a roster has, for the gradebook

    def column(self, *names: str) -> str:
        """The first of these columns that holds something, whatever its capitals."""
        known = {key.casefold(): value for key, value in self.columns}
        return next((known[name.casefold()] for name in names if known.get(name.casefold())), "")


@dataclass(frozen=True, slots=True)
class Grade:
    """One learner's work on one exercise, judged; without anything that differs between runs."""

    learner: Learner
    exercise: str  # lesson/exercise
    title: str
    outcome: Outcome
    why: str
    max_score: float
    score: float | None  # None where nobody could judge: that is no zero
    isolation: Isolation
    seed: int
    partial: bool = False  # whether tests earn their share each
    place: str = ""  # where the submission was, below what was graded
    submission: str = ""  # sha256 of its files; empty when nothing was handed in
    tests_digest: str = ""
    image: str = ""
    tool: str = ""
    tests: tuple[TestResult, ...] = ()
    output: str = ""
    receipt: str = ""  # digest of the receipt

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(test.outcome == "passed" for test in self.tests)


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade and how it came about, which differs between runs."""

    grade: Grade
    seconds: float = 0.0
    tries: int = 1
    worker: str = ""
    events: str = ""  # sha256 of what was asked and answered


def worth(points: float, tests: Sequence[TestResult], *, partial: bool) -> float:
    """What these results earn: all or nothing, or each test's share of the exercise's points."""
    total = sum(test.points for test in tests)
    earned = sum(test.points for test in tests if test.outcome == "passed")
    if not partial or not total:
        return float(points) if tests and earned == total else 0.0
    return round(points * earned / total, 2)
