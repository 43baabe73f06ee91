"""lesson.toml: what a lesson has, read strictly."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from course.content.folders import FOLDER
from course.content.table import Complaints, Table
from course.content.toml import read_toml
from course.model.keys import RESERVED_KEYS, TRIGGER_KEYS
from course.model.lesson import (
    Choice,
    ExerciseKind,
    Experiment,
    Gauge,
    Needs,
    Parameter,
    Processes,
    Trigger,
)
from course.model.points import MOST
from course.model.problem import Problem

FORMAT = 1
SERVICES = ("redis", "nginx", "mongod")
_GOOD = re.compile(r"(<=|>=|<|>|==) -?\d+(\.\d+)?")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_TOO_FEW = 2  # a prediction needs at least this many choices

MOST_PARALLEL = 8  # each is a sandbox, often with servers


@dataclass(frozen=True, slots=True)
class ExerciseEntry:
    """What lesson.toml says of an exercise; its folder has the rest."""

    id: str
    title: str
    kind: ExerciseKind
    file: str
    points: int
    seconds: float
    memory_mb: int
    processes: Processes
    parallel: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """lesson.toml in our own types."""

    id: str
    number: int
    title: str
    summary: str
    objectives: tuple[str, ...]
    minutes: int
    requires: tuple[str, ...]
    needs: Needs
    triggers: tuple[Trigger, ...]
    gauges: tuple[Gauge, ...]
    experiments: tuple[Experiment, ...]
    exercises: tuple[ExerciseEntry, ...]

    @property
    def functions(self) -> tuple[str, ...]:
        """Every name that lesson.py must define: triggers, gauges, experiments."""
        return (
            *(trigger.id for trigger in self.triggers),
            *(gauge.id for gauge in self.gauges),
            *(experiment.id for experiment in self.experiments),
        )

    def trigger(self, name: str) -> Trigger | None:
        """The trigger of that id, if there is one."""
        return next((trigger for trigger in self.triggers if trigger.id == name), None)


def read_manifest(path: Path) -> tuple[Manifest | None, list[Problem]]:
    """The manifest, and everything that is wrong with it; None when it is not TOML at all."""
    found = read_toml(path)
    if isinstance(found, Problem):
        return None, [found]
    complaints = Complaints(path)
    return _manifest(Table(found, "", complaints), complaints), complaints.problems


def _manifest(top: Table, complaints: Complaints) -> Manifest:
    if top.whole("format") != FORMAT:
        top.complain("format", f"this course reads format {FORMAT}")
    number, slug = _folder(top, complaints.path.parent)
    manifest = Manifest(
        id=slug,
        number=number,
        title=top.text("title"),
        summary=top.text("summary"),
        objectives=top.texts("objectives"),
        minutes=top.whole("minutes", least=1),
        requires=top.texts("requires", []),
        needs=_needs(top.table("sandbox")),
        triggers=tuple(_trigger(table) for table in top.tables("triggers")),
        gauges=tuple(_gauge(table) for table in top.tables("gauges")),
        experiments=tuple(_experiment(table) for table in top.tables("experiments")),
        exercises=tuple(_exercise(table) for table in top.tables("exercises")),
    )
    top.close()
    _unique_names(top, manifest)
    return manifest


def _folder(top: Table, folder: Path) -> tuple[int, str]:
    slug = top.text("id")
    named = FOLDER.fullmatch(folder.name)
    if named is None:
        top.complain("", f"its folder is '{folder.name}', and should be like 02-clustering")
        return 0, slug
    if slug and slug != named[2]:
        top.complain("id", f"'{slug}' is not the folder's slug, '{named[2]}'")
    return int(named[1]), named[2]


def _needs(table: Table) -> Needs:
    services = table.texts("services", [])
    for service in services:
        if service not in SERVICES:
            table.complain("services", f"'{service}' is not one of {', '.join(SERVICES)}")
    needs = Needs(
        services=services,
        memory_mb=table.whole("memory_mb", 768, least=16),
        cpus=table.number("cpus", 1.5),
        seconds=table.number("seconds", 3600.0),
    )
    table.close()
    return needs


def _trigger(table: Table) -> Trigger:
    trigger = Trigger(
        id=table.identifier("id"),
        title=table.text("title"),
        key=table.text("key"),
        help=table.text("help"),
        parameters=tuple(_parameter(one) for one in table.tables("parameters")),
    )
    if trigger.key in RESERVED_KEYS:
        table.complain("key", f"'{trigger.key}' is one of the course's own keys")
    elif trigger.key and trigger.key not in TRIGGER_KEYS:
        free = " ".join(sorted(TRIGGER_KEYS))
        table.complain("key", f"'{trigger.key}' is not one of the keys for triggers: {free}")
    _once(table, "parameters", [parameter.name for parameter in trigger.parameters])
    table.close()
    return trigger


def _parameter(table: Table) -> Parameter:
    parameter = Parameter(
        name=table.identifier("name"), default=table.json("default"), help=table.text("help", "")
    )
    table.close()
    return parameter


def _gauge(table: Table) -> Gauge:
    low, high = table.span("range")
    gauge = Gauge(
        id=table.identifier("id"),
        title=table.text("title"),
        unit=table.text("unit", ""),
        low=low,
        high=high,
        good=table.text("good", ""),
    )
    if gauge.good and not _GOOD.fullmatch(gauge.good):
        table.complain("good", f"'{gauge.good}' is not a comparison, as '<= 20'")
    table.close()
    return gauge


def _experiment(table: Table) -> Experiment:
    choices = tuple(_choice(one) for one in table.tables("choices"))
    experiment = Experiment(
        id=table.identifier("id"),
        title=table.text("title"),
        question=table.text("question"),
        choices=choices,
        truth=table.text("truth"),
        why=table.text("why"),
    )
    table.close()
    _check_choices(table, experiment)
    return experiment


def _check_choices(table: Table, experiment: Experiment) -> None:
    ids = [choice.id for choice in experiment.choices]
    _once(table, "choices", ids)
    if len(ids) < _TOO_FEW:
        table.complain("choices", f"a prediction needs at least {_TOO_FEW} choices")
    if experiment.truth and experiment.truth not in ids:
        table.complain(
            "truth", f"'{experiment.truth}' is not one of its choices ({', '.join(ids)})"
        )
        return
    for at, choice in enumerate(experiment.choices):
        if choice.id != experiment.truth and not choice.misconception:
            table.complain(f"choices[{at}].misconception", "a wrong choice needs one")
        if choice.id == experiment.truth and choice.misconception:
            table.complain(f"choices[{at}].misconception", "the true choice has none")


def _choice(table: Table) -> Choice:
    choice = Choice(
        id=table.identifier("id"),
        text=table.text("text"),
        misconception=table.text("misconception", ""),
    )
    table.close()
    return choice


def _exercise(table: Table) -> ExerciseEntry:
    entry = ExerciseEntry(
        id=table.identifier("id"),
        title=table.text("title"),
        kind=cast("ExerciseKind", table.one_of("kind", get_args(ExerciseKind))),
        file=table.text("file"),
        points=table.whole("points", 10, least=1, most=MOST),
        seconds=table.number("seconds", 20.0),
        memory_mb=table.whole("memory_mb", 256, least=16),
        processes=cast("Processes", table.one_of("processes", get_args(Processes), "each")),
        parallel=table.whole("parallel", 1, least=1, most=MOST_PARALLEL),
    )
    if entry.file and not _FILE_NAME.fullmatch(entry.file):
        table.complain("file", f"'{entry.file}' is not a plain file name")
    table.close()
    return entry


def _unique_names(top: Table, manifest: Manifest) -> None:
    _once(top, "triggers, gauges, experiments", manifest.functions)
    _once(top, "exercises", [exercise.id for exercise in manifest.exercises])
    _once(top, "triggers", [trigger.key for trigger in manifest.triggers], "key")


def _once(table: Table, key: str, names: Iterable[str], what: str = "id") -> None:
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            table.complain(key, f"the {what} '{name}' is there twice")
        seen.add(name)
