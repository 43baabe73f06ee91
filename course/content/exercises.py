"""Exercises on disk: the folder beside what lesson.toml says of it."""

from pathlib import Path

from course.content.manifest import ExerciseEntry, Manifest
from course.content.mutants import read_answers, read_mutants
from course.content.rules import TABLE, Rules
from course.model.lesson import Exercise, Mutant
from course.model.nearest import did_you_mean
from course.model.problem import Problem

HARNESS = "harness.py"
RIG = "rig.py"
TASK = "task.md"
RIGHT = "right_"
CHEAT = "cheat_"


def read_exercises(folder: Path, manifest: Manifest) -> tuple[tuple[Exercise, ...], list[Problem]]:
    """Every declared exercise that is whole, and what is wrong with the others."""
    exercises: list[Exercise] = []
    problems = _undeclared(folder / "exercises", manifest)
    for entry in manifest.exercises:
        at = folder / "exercises" / entry.id
        missing = _missing(at, entry, folder / "lesson.toml")
        problems += missing
        if missing:
            continue
        mutants, of_mutants = read_mutants(at, _solution(at, entry))
        rules = Rules(at / TABLE)
        problems += [*of_mutants, *rules.problems]
        exercises.append(_exercise(at, entry, manifest.id, mutants, rules))
    return tuple(exercises), problems


def _exercise(
    folder: Path, entry: ExerciseEntry, lesson: str, mutants: tuple[Mutant, ...], rules: Rules
) -> Exercise:
    return Exercise(
        lesson=lesson,
        id=entry.id,
        title=entry.title,
        kind=entry.kind,
        file=entry.file,
        folder=folder,
        task=(folder / TASK).read_text(encoding="utf-8", errors="replace"),
        tests=tuple(sorted(folder.glob("test_*.py"))),
        solution=_solution(folder, entry),
        mutants=mutants,
        harness=_if_there(folder / HARNESS),
        rig=_if_there(folder / RIG),
        points=entry.points,
        seconds=entry.seconds,
        memory_mb=entry.memory_mb,
        processes=entry.processes,
        parallel=entry.parallel,
        rules=rules.rules,
        rights=read_answers(folder, RIGHT, _solution(folder, entry).suffix),
        cheats=read_answers(folder, CHEAT, _solution(folder, entry).suffix),
        unobserved=rules.unobserved,
    )


def _solution(folder: Path, entry: ExerciseEntry) -> Path:
    return folder / f"solution{Path(entry.file).suffix}"


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _missing(folder: Path, entry: ExerciseEntry, manifest_file: Path) -> list[Problem]:
    if not folder.is_dir():
        return [
            Problem(manifest_file, f"there is no folder {folder.name}", key=f"exercises/{entry.id}")
        ]
    wanted = [folder / TASK, folder / entry.file, _solution(folder, entry)]
    problems = [Problem(path, "is missing") for path in wanted if not path.is_file()]
    if not any(folder.glob("test_*.py")):
        problems.append(Problem(folder / "test_*.py", "there is no test"))
    return problems


def _undeclared(exercises: Path, manifest: Manifest) -> list[Problem]:
    declared = [entry.id for entry in manifest.exercises]
    folders = sorted(exercises.iterdir()) if exercises.is_dir() else []
    return [
        Problem(
            folder,
            f"lesson.toml declares no exercise '{folder.name}'. "
            f"{did_you_mean(folder.name, declared)}".rstrip(),
        )
        for folder in folders
        if folder.is_dir()
        and folder.name not in declared
        and not folder.name.startswith(("_", "."))
    ]
