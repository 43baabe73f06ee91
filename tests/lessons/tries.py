"""Answers that were tried on the course, read in place: what must come of each.

They are kept outside the repository, as the oracles are, and named after the exercise.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from course.content.catalog import Catalog
from course.content.folders import find_course
from course.content.naming import find_exercise
from course.model.lesson import Exercise
from course.model.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
TRIES = ROOT.parent / "shared" / "tries"
if not TRIES.is_dir():  # a worktree lies one folder deeper
    TRIES = ROOT.parents[1] / "shared" / "tries"
FULL = os.environ.get("COURSE_TRIES") == "full"
ELSEWHERE = {"manifests": "autoscaling/manifests", "nginx": "balancing/contract"}
UNKNOWN = {"transaction", "tenacity_import"}  # right for the real thing, and unknown to the lab
TOLD = (
    "this lab does not know",
    "This lab does not have",
    "stands inside",
    "stands in `http",
    "already stands in",
)
COLLUSION = "fast-collusion"


@dataclass(frozen=True, slots=True)
class Try:
    """One file, and which verdicts are right for it."""

    path: Path
    exercise: str  # lesson/exercise
    outcomes: tuple[str, ...]
    must_tell: bool = False  # a failure must say what the lab knows instead

    @property
    def name(self) -> str:
        """As tests are called after it."""
        return self.path.relative_to(TRIES).as_posix()

    def wrong(self, outcome: str, words: str) -> str:
        """What is wrong with a verdict; empty when nothing is."""
        told = " ".join(words.split())
        if outcome not in self.outcomes:
            return f"{self.name}: {outcome}: {told[:600]}"
        if self.must_tell and outcome == "failed" and not any(word in told for word in TOLD):
            return f"{self.name}: failed without saying what this lab knows: {told[:600]}"
        return ""


def tries(*folders: str) -> list[Try]:
    """Every file below these folders; none where they are not on this machine."""
    found = [path for folder in folders for path in sorted((TRIES / folder).rglob("*"))]
    return [_try(path) for path in found if path.is_file() and path.parent.name != COLLUSION]


def exercise_of(one: Try) -> Exercise:
    """The exercise that it answers."""
    return find_exercise(Catalog(find_course()).lessons, one.exercise)


def is_quick(one: Try) -> bool:
    """Whether it takes a moment: nothing has to be started around it."""
    return exercise_of(one).rig is None or one.must_tell


def words_of(verdict: Verdict) -> str:
    """All that a learner reads of a verdict."""
    return " ".join([verdict.why, *(test.message for test in verdict.tests)])


def seeds_of(exercise: Exercise) -> range:
    """One seed, or as many as `make tries` takes."""
    return range(1, 1 + ((20 if exercise.kind == "function" else 5) if FULL else 1))


def _try(path: Path) -> Try:
    kind = path.relative_to(TRIES).parts[0]
    if kind in ELSEWHERE:
        return Try(path, ELSEWHERE[kind], ("passed", "failed"), must_tell=True)
    named = path.stem.partition(".")[0] if kind == "hostile" else path.parent.name
    exercise = named.replace("-", "/", 1)
    if kind == "right" and path.stem in UNKNOWN:
        return Try(path, exercise, ("passed", "failed"), must_tell=True)
    return Try(path, exercise, ("passed",) if kind == "right" else ("failed",))
