"""A lesson as the app knows it: what lesson.toml and lesson.md say, never its code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course.model.json import JSON

ExerciseKind = Literal["function", "config", "program"]
Processes = Literal["each", "one"]
BlockKind = Literal["text", "trigger", "gauges", "experiment", "exercise", "code"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a trigger, with the value used when none is given."""

    name: str
    default: JSON
    help: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something the learner can do to the lab: a function in lesson.py of the same name."""

    id: str
    title: str
    key: str
    help: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number watched over a recent window: a function in lesson.py of the same name."""

    id: str
    title: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    good: str = ""  # ">= 80" or "<= 20": when the number is as it should be


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a learner may predict."""

    id: str
    text: str
    misconception: str = ""  # what choosing it wrongly reveals; empty for the true one


@dataclass(frozen=True, slots=True)
class Experiment:
    """A prediction, what to do, what to observe, and why it comes out so."""

    id: str
    title: str
    question: str
    choices: tuple[Choice, ...]
    truth: str  # the choice that the lab must show; `course verify` holds the run to it
    why: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong solution that the tests must catch."""

    name: str
    why: str  # what is wrong with it, in one sentence
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer kept with an exercise: right in another style, or wrong and cheating."""

    name: str
    why: str  # what is special about it, in one sentence
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One piece of what a task states, with the mutants that break it and the tests that see it."""

    id: str
    says: tuple[str, ...]  # as task.md has it
    tests: tuple[str, ...]
    mutants: tuple[str, ...]
    refused: bool = False  # whether a mutant may break it by not even starting


@dataclass(frozen=True, slots=True)
class Exercise:
    """A piece the learner writes, and where its parts lie on this machine."""

    lesson: str
    id: str
    title: str
    kind: ExerciseKind
    file: str  # the learner's file name
    folder: Path
    task: str  # markdown
    tests: tuple[Path, ...]
    solution: Path
    mutants: tuple[Mutant, ...]
    harness: Path | None  # runs beside the submission, same rights, JSON in and out
    rig: Path | None  # runs in the agent: starts services, load and faults for the tests
    points: int = 10
    seconds: float = 20.0
    memory_mb: int = 256
    processes: Processes = "each"  # test has its own, or all have one
    parallel: int = 1  # so many of its tests run at a time, each in a sandbox of its own
    rules: tuple[Rule, ...] = ()
    rights: tuple[Answer, ...] = ()  # must pass
    cheats: tuple[Answer, ...] = ()  # must fail
    unobserved: str = ""  # why nobody outside can see what the submission does; empty if one can

    @property
    def slug(self) -> str:
        """`lesson/exercise`, as commands take it."""
        return f"{self.lesson}/{self.id}"

    @property
    def starter(self) -> Path:
        """The file the learner gets a copy of."""
        return self.folder / self.file


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a step: Markdown text, or a live fence that names something declared."""

    kind: BlockKind
    text: str  # Markdown for text; otherwise the fence's body
    names: tuple[str, ...] = ()  # what the fence names: trigger, gauges, experiment, exercise
    arguments: tuple[tuple[str, JSON], ...] = ()  # of a trigger fence


@dataclass(frozen=True, slots=True)
class Step:
    """One screenful of a lesson: a `##` heading and what follows."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a lesson's sandbox may use."""

    services: tuple[str, ...] = ()
    memory_mb: int = 768
    cpus: float = 1.5
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson folder, read and checked."""

    id: str  # the slug; progress is saved under it
    number: int  # from the folder's name; the order
    title: str
    summary: str
    objectives: tuple[str, ...]
    minutes: int
    requires: tuple[str, ...]
    needs: Needs
    folder: Path
    steps: tuple[Step, ...]
    triggers: tuple[Trigger, ...]
    gauges: tuple[Gauge, ...]
    experiments: tuple[Experiment, ...]
    exercises: tuple[Exercise, ...]
