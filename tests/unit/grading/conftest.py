"""The fixture course's exercises, and graders that are not there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from course.content.catalog import Catalog
from course.model.grade import Learner
from course.model.lesson import Exercise
from course.model.verdict import TestResult, Verdict
from course.runs.grading.grader import Grader, Terms
from course.runs.grading.layout import Scope
from course.runs.grading.scope import find_scope
from course.runs.grading.submissions import Entry, Task
from tests.fixture_course import FIXTURES

EVENTS = "5e" * 32
TERMS = Terms(seed=5, image="sha256:1", tool="test")


class FakeChecker:
    """Passes what holds a plus sign, fails the rest; gives up as often as it was told to."""

    def __init__(self, giving_up: int = 0) -> None:
        self.giving_up = giving_up
        self.seeds: list[int] = []
        self.is_closed = False

    def check(self, exercise: Exercise, files, *, seed: int | None = None) -> Verdict:
        self.seeds.append(seed or 0)
        if self.giving_up:
            self.giving_up -= 1
            return Verdict(exercise.slug, "error", "The sandbox was lost.", sandbox="docker")
        ok = b"+" in files[exercise.file]
        outcome = "passed" if ok else "failed"
        tests = (
            TestResult("test_one", "One.", "passed", seconds=0.1),
            TestResult("test_two", "Two.", outcome, "" if ok else "no", points=3, seconds=0.2),
        )
        return Verdict(
            exercise.slug, outcome, outcome, tests, "printed", "docker", seed or 0, 0.5, EVENTS
        )

    def close(self) -> None:
        self.is_closed = True


class FakeHand(Grader):
    """A grader as a hand of a pool."""

    def __init__(self, checker: FakeChecker | None = None, terms: Terms = TERMS) -> None:
        self.checker = checker or FakeChecker()
        super().__init__(self.checker, terms)

    def close(self) -> None:
        self.checker.close()


@pytest.fixture(scope="session")
def lessons():
    return Catalog(FIXTURES).lessons


@pytest.fixture
def one(lessons) -> Scope:
    """One exercise."""
    return find_scope(lessons, "counting/add")


@pytest.fixture
def both(lessons) -> Scope:
    """The whole course."""
    return find_scope(lessons)


MakeTask = Callable[..., Task]


@pytest.fixture
def task(tmp_path: Path, one: Scope) -> MakeTask:
    """A learner's file as a task."""

    def make(learner: str = "jdoe", text: str = "a + b") -> Task:
        folder = tmp_path / "class" / learner
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "add.py").write_text(text)
        return Task(Entry(Learner(learner), folder, folder.parent), one.exercises[0], one)

    return make
