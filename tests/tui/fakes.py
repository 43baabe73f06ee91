"""A study and a lab with fixed answers; they satisfy the ports under mypy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal

from course.errors import CourseError, UsageError
from course.model.event import Event
from course.model.json import JSON
from course.model.lesson import Exercise, Experiment, Lesson
from course.model.problem import Problem
from course.model.progress import (
    ExerciseCard,
    Hint,
    LessonCard,
    Place,
    Prediction,
    SandboxReport,
    Standing,
    State,
)
from course.model.state import LabState, fold
from course.model.verdict import Verdict
from course.runs.ports import OpenLab, Progress, Study
from tests.tui.course_data import CRASHED, LESSONS, OPENED, SOURCE, VERDICTS

SECONDS = 5.0
PRACTICE = SandboxReport(
    "embedded",
    "Docker answers, but the image is not built",
    "practice: your code runs with your own rights on this computer",
    can_build=True,
)
BUILT = SandboxReport("docker", "engine 27.1 answers and the image is built")


@dataclass
class FakeLab:
    """Plays events when a trigger says so; never moves by itself."""

    log: list[Event] = field(default_factory=lambda: list(OPENED))
    fired: list[tuple[str, dict[str, JSON]]] = field(default_factory=list)
    value: dict[str, JSON] = field(default_factory=lambda: {"worker": 2, "pid": 4713})
    choice: str = "in_flight"
    error: CourseError | None = None
    hold: Signal | None = None  # a call waits for it
    is_closed: bool = False

    def state(self) -> LabState:
        return fold(self.log)

    def events(self, after: int = 0) -> Sequence[Event]:
        return [event for event in self.log if event.seq > after]

    def fire(self, trigger: str, params: dict[str, JSON] | None = None) -> JSON:
        self._answer()
        self.fired.append((trigger, params or {}))
        if trigger == "crash":
            self.log = [*OPENED, *CRASHED]
        return self.value

    def observe(self, experiment: str) -> tuple[str, dict[str, JSON]]:
        self._answer()
        self.fired.append((experiment, {}))
        return self.choice, {"lost": 3, "serving": 4}

    def _answer(self) -> None:
        if self.hold is not None:
            self.hold.wait(SECONDS)
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeStudy:
    """A course in memory; `folder` is where the learner's files lie."""

    folder: Path
    lab: FakeLab = field(default_factory=FakeLab)
    lessons: tuple[Lesson, ...] = LESSONS
    steps: dict[str, int] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    attempts: dict[str, int] = field(default_factory=dict)
    predictions: dict[str, Prediction] = field(default_factory=dict)
    report: SandboxReport = BUILT
    verdicts: list[Verdict] = field(default_factory=lambda: [VERDICTS["failed"]])
    hints: list[Hint] = field(
        default_factory=lambda: [
            Hint("Double the delay after each crash, and stop doubling at the maximum.", 1, 2),
            Hint("What does min() do here?", 2, 2),
        ]
    )
    open_error: CourseError | None = None
    opening: Signal | None = None  # opening a lab waits for it
    checking: Signal | None = None  # a check waits for it
    broken: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    stands: Standing = field(default_factory=Standing)
    prepared: list[str] = field(default_factory=list)
    built: list[str] = field(default_factory=list)
    look: str | None = None
    opened: int = 0
    is_closed: bool = False

    def cards(self) -> Sequence[LessonCard]:
        return [self._card(lesson) for lesson in self.lessons]

    def card(self, lesson: str) -> LessonCard:
        for each in self.lessons:
            if lesson in (each.id, str(each.number)):
                return self._card(each)
        raise UsageError(f"There is no lesson {lesson!r}.", "`course list` shows them.")

    def _card(self, lesson: Lesson) -> LessonCard:
        step = self.steps.get(lesson.id)
        exercises = tuple(self._exercise(e) for e in lesson.exercises)
        is_read = step is not None and step >= len(lesson.steps) - 1
        is_done = is_read and all(card.state == "done" for card in exercises)
        state: State = "new" if step is None else "done" if is_done else "started"
        return LessonCard(lesson, state, step or 0, exercises)

    def _exercise(self, exercise: Exercise) -> ExerciseCard:
        attempts = self.attempts.get(exercise.slug, 0)
        state: State = "started" if attempts else "new"
        state = "done" if exercise.slug in self.passed else state
        return ExerciseCard(exercise, state, attempts)

    def next(self) -> Place | None:
        for card in self.cards():
            if card.state == "done":
                continue
            if card.step < len(card.lesson.steps) - 1 or not card.exercises:
                return Place(card.lesson.id, card.step)
            return Place(card.lesson.id, card.step, card.exercises[0].exercise.id)
        return None

    def move(self, lesson: str, step: int) -> None:
        self.steps[lesson] = step

    def theme(self) -> str | None:
        return self.look

    def choose_theme(self, name: str) -> None:
        self.look = name

    def problems(self) -> Sequence[Problem]:
        return self.broken

    def notices(self) -> Sequence[str]:
        told, self.told = self.told, []
        return told

    def sandbox(self) -> SandboxReport:
        return self.report

    def build_sandbox(self, progress: Progress) -> None:
        progress("nginx", "1.31.3")
        self.built.append("image")
        self.report = BUILT

    def open_lab(self, lesson: str, *, seed: int | None = None) -> OpenLab:
        if self.opening is not None:
            self.opening.wait(SECONDS)
        if self.open_error is not None:
            raise self.open_error
        self.opened += 1
        self.lab.is_closed = False
        return self.lab

    def source(self, lesson: str, name: str) -> tuple[str, str, int]:
        return "lesson.py", SOURCE, 31

    def prediction(self, lesson: str, experiment: str) -> Prediction | None:
        return self.predictions.get(f"{lesson}/{experiment}")

    def predict(self, lesson: str, experiment: Experiment, choice: str) -> None:
        name = f"{lesson}/{experiment.id}"
        self.predictions[name] = Prediction(name, choice)

    def settle(self, lesson: str, experiment: Experiment, observed: str) -> Prediction:
        name = f"{lesson}/{experiment.id}"
        self.predictions[name] = self.predictions[name]._replace(observed=observed)
        return self.predictions[name]

    def exercise(self, name: str) -> Exercise:
        found = [e for lesson in self.lessons for e in lesson.exercises if e.slug == name]
        if not found:
            raise UsageError(f"There is no exercise {name!r}.", "`course list` shows them.")
        return found[0]

    def file(self, exercise: Exercise) -> Path:
        file = self.folder / exercise.file
        if not file.exists():
            file.write_text(SOURCE, encoding="utf-8")
        return file

    def standing(self, exercise: Exercise) -> Standing:
        return self.stands

    def prepare(self, exercise: Exercise) -> None:
        self.prepared.append(exercise.slug)

    def check(self, exercise: Exercise, file: Path | None = None) -> Verdict:
        if self.checking is not None:
            self.checking.wait(SECONDS)
        self.attempts[exercise.slug] = self.attempts.get(exercise.slug, 0) + 1
        verdict = self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]
        if verdict.outcome == "passed":
            self.passed.add(exercise.slug)
        return verdict

    def hint(self, exercise: Exercise) -> Hint | None:
        return self.hints.pop(0) if self.hints else None

    def reset(self, exercise: Exercise) -> Path:
        file = self.file(exercise)
        kept = file.with_suffix(".kept.py")
        kept.write_bytes(file.read_bytes())
        file.write_text(SOURCE, encoding="utf-8")
        return kept

    def solution(self, exercise: Exercise) -> str | None:
        return SOURCE if exercise.slug in self.passed else None

    def close(self) -> None:
        self.is_closed = True


def _as_ports(study: FakeStudy, lab: FakeLab) -> tuple[Study, OpenLab]:
    return study, lab  # mypy holds the fakes to the ports here
