"""What front ends use (Study, OpenLab) and what use-cases need (Session, Sandboxes, Judge).

Front ends reach the world only through these; tests put fakes in their place.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from course.errors import CourseError
from course.model.event import Event
from course.model.json import JSON
from course.model.lesson import Exercise, Experiment, Lesson
from course.model.problem import Problem
from course.model.progress import (
    Hint,
    LessonCard,
    Place,
    Prediction,
    SandboxReport,
    Standing,
)
from course.model.state import LabState
from course.model.verdict import Verdict

Progress = Callable[[str, str], None]
"""Told about a long job: the step, and a detail that may be empty."""


class Consent(Protocol):
    """A question that is asked before somebody else's course runs here."""

    @property
    def question(self) -> str:
        """What it is about."""

    def give(self) -> None:
        """Yes, and remember it."""


class Lessons(Protocol):
    """The lessons of a course, as far as they are shown."""

    @property
    def lessons(self) -> Sequence[Lesson]:
        """Those that can be used, in order."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong with the others."""

    def whole(self, lesson: Lesson, /) -> Lesson:
        """One of them with all of its text."""


class OpenLab(Protocol):
    """A running lab. Methods that reach into the sandbox block; call them from a worker."""

    def state(self) -> LabState:
        """What it looks like now; cheap, never blocks, safe from any thread."""

    def events(self, after: int = 0) -> Sequence[Event]:
        """What is kept of the log from the event that follows sequence number `after`."""

    def fire(self, trigger: str, params: dict[str, JSON] | None = None) -> JSON:
        """Fire a trigger and wait for what it returns; raises CourseError."""

    def observe(self, experiment: str) -> tuple[str, dict[str, JSON]]:
        """Run an experiment: the choice that came true and its facts; raises CourseError."""

    def close(self) -> None:
        """End it and leave nothing behind; idempotent, callable from any thread."""


class Study(Protocol):
    """What a learner does with a course. Methods marked 'blocks' belong in a worker."""

    # -- where I am
    def cards(self) -> Sequence[LessonCard]:
        """Every lesson with its state, in order."""

    def card(self, lesson: str) -> LessonCard:
        """One lesson by slug, number or unambiguous prefix; raises UsageError."""

    def next(self) -> Place | None:
        """What to do next; None when everything is done."""

    def move(self, lesson: str, step: int) -> None:
        """Remember the step that is being read (the last one finishes the text)."""

    def problems(self) -> Sequence[Problem]:
        """What is wrong with lessons that are not among the cards, for their authors."""

    def notices(self) -> Sequence[str]:
        """What the learner should know since the last time: progress mended, or not saved."""

    # -- the look
    def theme(self) -> str | None:
        """The theme that was chosen last time; None before the first choice."""

    def choose_theme(self, name: str) -> None:
        """Remember a theme for the next time."""

    # -- the lab
    def sandbox(self) -> SandboxReport:
        """Which sandbox labs will run in, and why (blocks)."""

    def build_sandbox(self, progress: Progress) -> None:
        """Build the Docker image (blocks for minutes)."""

    def open_lab(self, lesson: str, *, seed: int | None = None) -> OpenLab:
        """Start a lesson's lab (blocks until its nodes are up); raises CourseError."""

    def source(self, lesson: str, name: str) -> tuple[str, str, int]:
        """The code behind a trigger, gauge or node: file name, source text, first line."""

    # -- predictions
    def prediction(self, lesson: str, experiment: str) -> Prediction | None:
        """The last prediction for an experiment."""

    def predict(self, lesson: str, experiment: Experiment, choice: str) -> None:
        """Remember what the learner expects, before it runs."""

    def settle(self, lesson: str, experiment: Experiment, observed: str) -> Prediction:
        """Remember what came true; returns the prediction it answers."""

    # -- exercises
    def exercise(self, name: str) -> Exercise:
        """`lesson/exercise`, slugs or unambiguous prefixes; raises UsageError."""

    def file(self, exercise: Exercise) -> Path:
        """The learner's file; a copy of the starter the first time."""

    def standing(self, exercise: Exercise) -> Standing:
        """How it stands since the last time: the verdict and the hints so far."""

    def prepare(self, exercise: Exercise) -> None:
        """Get ready to check it, in the background; raises CourseError without a sandbox."""

    def check(self, exercise: Exercise, file: Path | None = None) -> Verdict:
        """Judge the learner's file, or another (blocks); an own file's verdict is remembered."""

    def hint(self, exercise: Exercise) -> Hint | None:
        """Uncover the next hint: of the first failing test, one at a time; None without any."""

    def reset(self, exercise: Exercise) -> Path:
        """Put the starter back; the learner's file is kept beside it. Returns the kept copy."""

    def solution(self, exercise: Exercise) -> str | None:
        """The reference solution, once the exercise has passed."""

    def close(self) -> None:
        """Close what is open: labs, warm boxes, the store."""


class Session(Protocol):
    """A conversation with one agent over the wire."""

    @property
    def kind(self) -> str:
        """`docker` or `embedded`."""

    def request(self, command: str, *, seconds: float, **arguments: JSON) -> JSON:
        """Ask the agent and wait; raises LessonError for its refusals, SandboxLost when gone."""

    def close(self) -> None:
        """End the agent and everything it started."""


class LabSession(Session, Protocol):
    """A session that is watched as long as it is open."""

    @property
    def silent(self) -> float:
        """Seconds in which nothing has come from the agent, though it was asked."""

    @property
    def end(self) -> CourseError | None:
        """Why there will be no more news; None while there may be some."""


class Sandboxes(Protocol):
    """Opens sessions in the sandbox that was chosen."""

    def report(self) -> SandboxReport:
        """Which sandbox it is, and why."""

    def open(self, lesson: Lesson, on_event: Callable[[Event], None]) -> LabSession:
        """A session for a lab; events arrive on another thread."""

    def open_for_check(self, exercise: Exercise, seed: int | None = None) -> Session:
        """A fresh session to judge one submission in, with the seed of that check."""

    def build(self, progress: Progress) -> None:
        """Build the Docker image."""

    def answers(self) -> bool:
        """Whether a sandbox could be opened now, as far as its engine is concerned."""

    def left_over(self) -> Sequence[str]:
        """What closed boxes left behind; empty as it should be."""


class Submission(Protocol):
    """The learner's code as the judge reaches it: values in, values out."""

    def ask(self, command: str, arguments: dict[str, JSON]) -> dict[str, JSON]:
        """Forward one request of a test (call, fire, restart) to the sandbox."""


class Judge(Protocol):
    """Runs an exercise's tests, outside every sandbox."""

    def warm(self) -> None:
        """Start what every run needs, without waiting for it; idempotent."""

    def run(self, exercise: Exercise, *submissions: Submission, seed: int) -> Verdict:
        """One run of the tests, or as many as there are submissions, which share the tests.

        Never raises for what the submission does.
        """

    def close(self) -> None:
        """End the pre-imported process."""
