"""Lesson 10's last exercise on many seeds, with the numbers that a verdict is made of.

python -m tests.lessons.running_incident [SEEDS [FILE ...]]   20 seeds, starter and solution;
                                                              a mutant goes by its name
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from course.content.catalog import Catalog
from course.content.folders import find_course
from course.model.lesson import Exercise
from course.runs.reach import Reach
from course.runs.ready import ReadySandboxes
from course.sandbox.choice import Chooser

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ("good", "visits", "lost_by_kind", "p99_ms", "stale", "confirmed", "without_mail",
         "mailed_twice", "mailed_early", "cost", "late_ms", "own_seconds", "starved",
         "faults")  # fmt: skip


def exercise(name: str) -> Exercise:
    """One of the lesson's exercises."""
    lessons = Catalog(find_course()).lessons
    found = (
        one for lesson in lessons for one in lesson.exercises if one.slug == f"incident/{name}"
    )
    return next(found)


def observe(slo: Exercise, text: bytes, seed: int) -> dict[str, Any]:
    """What the rig measures of a file under one seed's faults."""
    ready = ReadySandboxes(Chooser("embedded"))
    (session,), _ = ready.take(slo, seed)
    try:
        reach = Reach(session, slo, {slo.file: text}, seed)
        reach.start()
        told = reach.ask("fire", {"trigger": "judge", "params": {}})
        return cast("dict[str, Any]", told["value"])
    finally:
        ready.end(session)
        ready.close()


def missed(slo: Exercise, measured: Mapping[str, Any]) -> list[str]:
    """The points of the objective that were not met, by the exercise's own tests."""
    tests: dict[str, Callable[..., None]] = {
        name.removeprefix("test_"): test
        for name, test in vars(_tests(slo)).items()
        if name.startswith("test_")
    }
    failed = []
    for name, test in tests.items():
        try:
            test(measured)
        except AssertionError:
            failed.append(name)
    return failed


def _tests(slo: Exercise) -> ModuleType:
    path = slo.folder / "test_slo.py"
    spec = importlib.util.spec_from_file_location("slo_objective", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def content(slo: Exercise, name: str) -> bytes:
    """Of a mutant, or of a file."""
    mutants = {mutant.name: mutant.text.encode() for mutant in slo.mutants}
    return mutants[name] if name in mutants else Path(name).read_bytes()


def main(seeds: int, names: list[str]) -> None:
    """A line for each seed and file, and how many passed."""
    slo = exercise("slo")
    names = names or [str(slo.starter), str(slo.solution)]
    passed = dict.fromkeys(names, 0)
    for seed in range(1, seeds + 1):
        for name in names:
            measured = observe(slo, content(slo, name), seed)
            failed = missed(slo, measured)
            passed[name] += not failed
            numbers = {what: measured[what] for what in SHOWN}
            sys.stdout.write(f"{seed:3} {Path(name).name}: {failed or 'passed'} {numbers}\n")
            sys.stdout.flush()
    for name, count in passed.items():
        sys.stdout.write(f"{Path(name).name}: {count} of {seeds} passed\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, sys.argv[2:])
