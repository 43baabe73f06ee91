"""What a check found."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passed", "failed", "error"]
"""`failed` is the learner's to mend; `error` is never the learner's fault."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test of an exercise, in the learner's terms."""

    __test__ = False  # not a test class of ours, whatever pytest thinks of the name

    name: str  # the function's name
    title: str  # its docstring
    outcome: Outcome
    message: str = ""
    hint: str = ""
    seconds: float = 0.0
    points: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """One run of an exercise's tests."""

    exercise: str  # lesson/exercise
    outcome: Outcome
    why: str  # one sentence
    tests: tuple[TestResult, ...] = ()
    output: str = ""  # what the learner's code printed, cleaned and bounded
    sandbox: str = ""
    seed: int = 0
    seconds: float = 0.0
    events: str = ""  # sha256 of what was asked and answered, in order
    is_crowded: bool = False  # it failed, perhaps for want of a processor: others had them all
