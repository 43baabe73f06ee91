"""What grading other people's code knows: who, what was handed in, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course.model.verdict import Outcome, TestResult

Isolation = Literal["container", "fast", "none"]
"""A fresh container, a fresh uid in a hardened one, or no wall at all (trusted code only)."""


LEAST = 0.01  # of a point: what gradebooks still tell apart


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
    def rows(self) -> tuple[TestResult, ...]:
        """The tests for a list of them, which is never better than the verdict on the whole."""
        if self.outcome == "passed" or any(test.outcome == self.outcome for test in self.tests):
            return self.tests
        whole = TestResult("submission", self.title, self.outcome, self.why, points=0)
        return (*self.tests, whole)

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


def worth(
    points: float, outcome: Outcome, tests: Sequence[TestResult], *, partial: bool
) -> float | None:
    """What a verdict is worth, and never another thing than it says.

    Passed is all of the points, failed is less, and where nobody could judge there is no score.
    Between nothing and all, a failed one earns each test's share where `partial` says so.
    """
    if outcome == "error":
        return None
    if outcome == "passed":
        return float(points)
    total = sum(test.points for test in tests)
    if not partial or total <= 0:
        return 0.0
    share = round(points * sum(earned(outcome, tests)) / total, 2)
    return max(0.0, min(share, points - LEAST))


def earned(outcome: Outcome, tests: Sequence[TestResult]) -> list[int]:
    """The points of each test that it earned: all for a pass, fewer for a fail, none for an error.

    A fail that no test of any worth shows costs a point of the dearest; one that no test shows at
    all (somebody else answered on a port) costs everything.
    """
    if outcome == "passed":
        return [test.points for test in tests]
    if outcome == "error" or all(test.outcome == "passed" for test in tests):
        return [0 for _ in tests]
    each = [max(0, test.points) if test.outcome == "passed" else 0 for test in tests]
    if each and sum(each) >= sum(test.points for test in tests):
        each[each.index(max(each))] = max(0, max(each) - 1)
    return each
