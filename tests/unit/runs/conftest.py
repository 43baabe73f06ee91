"""A desk over the fixture course, with a sandbox and a judge that are not there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from course.content.catalog import Catalog
from course.errors import CourseError, LessonError
from course.model.event import Event, LabStarted, LabStopped, TriggerDone
from course.model.json import JSON
from course.model.lesson import Exercise, Lesson
from course.model.progress import SandboxReport
from course.model.verdict import Outcome, TestResult, Verdict
from course.runs.ports import Progress
from course.runs.study import Desk
from course.storage.progress import ProgressStore
from course.storage.workspace import Workspace
from tests.fixture_course import FIXTURES


class FakeSession:
    """Answers as an agent of the counting lesson would."""

    kind = "embedded"
    silent = 0.0
    end: CourseError | None = None

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self.on_event = on_event
        self.is_closed = False

    def request(self, command: str, *, seconds: float, **arguments: JSON) -> JSON:
        assert seconds > 0
        if command == "open":
            self.on_event(
                LabStarted(seq=1, t=0.0, lesson="counting", seed=int(str(arguments["seed"])))
            )
        if command == "close":
            self.on_event(LabStopped(seq=2, t=1.0))
        if arguments.get("trigger") == "break_it":
            raise LessonError("The counter is broken.")
        if command == "fire":
            self.on_event(TriggerDone(seq=2, t=0.5, trigger="bump", call=1, seconds=0.1, value=1))
        return {"choice": "two", "facts": {"gained": 2}} if command == "observe" else 1

    def close(self) -> None:
        self.is_closed = True


class FakeSandboxes:
    """Opens fake sessions and remembers them."""

    def __init__(self) -> None:
        self.sessions: list[FakeSession] = []
        self.built = 0

    def report(self) -> SandboxReport:
        return SandboxReport("embedded", "no Docker engine answers")

    def open(self, lesson: Lesson, on_event: Callable[[Event], None]) -> FakeSession:
        assert lesson.id
        self.sessions.append(FakeSession(on_event))
        return self.sessions[-1]

    def open_for_check(self, exercise: Exercise, seed: int | None = None) -> FakeSession:
        raise AssertionError(exercise, seed)

    def build(self, progress: Progress) -> None:
        progress("base", "")
        self.built += 1


class FakeChecker:
    """Gives the verdicts it was told to."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.prepared: list[str] = []
        self.failing: tuple[str, ...] = ("test_sum_of_none",)
        self.is_closed = False

    def prepare(self, exercise: Exercise) -> None:
        self.prepared.append(exercise.slug)

    def check(self, exercise: Exercise, file: Path, *, alone: bool = False) -> Verdict:  # noqa: ARG002  a fake has time for all
        self.files.append(file)
        tests = tuple(
            TestResult(name, "A title.", "failed" if name in self.failing else "passed")
            for name in ("test_sum_of_some", "test_sum_of_none", "test_sum_of_negatives")
        )
        outcome: Outcome = "failed" if self.failing else "passed"
        return Verdict(exercise.slug, outcome, f"{len(self.failing)} failed.", tests)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def sandboxes() -> FakeSandboxes:
    return FakeSandboxes()


@pytest.fixture
def checker() -> FakeChecker:
    return FakeChecker()


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def desk(home, sandboxes, checker) -> Desk:
    return Desk(
        Catalog(FIXTURES),
        ProgressStore(home / "progress.db"),
        Workspace(home / "workspace"),
        sandboxes=lambda: sandboxes,
        checker=lambda: checker,
    )
