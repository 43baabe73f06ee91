"""Finds lessons and reads them; a broken one is reported and the others still work."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.content.exercises import read_exercises
from course.content.manifest import FOLDER, read_manifest
from course.content.text import read_steps
from course.errors import LessonError, UsageError
from course.model.lesson import Lesson
from course.model.problem import Problem

LESSON_FILE = "lesson.toml"


@dataclass(frozen=True, slots=True)
class Reading:
    """A lesson folder as it was read: the lesson, or why there is none."""

    folder: Path
    lesson: Lesson | None
    problems: tuple[Problem, ...]


class Catalog:
    """The lessons of one course folder, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every lesson folder in order, broken ones included."""
        return tuple(read_lesson(folder) for folder in lesson_folders(self.folder))

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """The lessons that can be used, in order."""
        return tuple(reading.lesson for reading in self.readings if reading.lesson is not None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the others."""
        return tuple(problem for reading in self.readings for problem in reading.problems)


def find_course(chosen: Path | None = None) -> Path:
    """The folder of lessons: the chosen one, else ours as installed or as checked out."""
    if chosen is not None:
        return _chosen(chosen)
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_data" / "lessons", package.parent / "lessons"):
        if folder.is_dir():
            return folder
    raise LessonError(
        "This installation has no lessons.", "Install it again, or give --course DIR."
    )


def lesson_folders(course: Path) -> Sequence[Path]:
    """The folders that are lessons by their name or by what is in them, in order."""
    try:
        entries = sorted(os.scandir(course), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError(f"The course folder {course} cannot be read: {error.strerror}.") from error
    folders = [Path(one.path) for one in entries if one.is_dir() and not one.name.startswith("_")]
    return [one for one in folders if FOLDER.fullmatch(one.name) or (one / LESSON_FILE).is_file()]


def read_lesson(folder: Path) -> Reading:
    """Read one lesson folder, collecting everything that is wrong with it."""
    manifest, problems = read_manifest(folder / LESSON_FILE)
    if manifest is None:
        return Reading(folder, None, tuple(problems))
    steps, of_text = read_steps(folder / "lesson.md", manifest)
    exercises, of_exercises = read_exercises(folder, manifest)
    problems += of_text + of_exercises
    if problems:
        return Reading(folder, None, tuple(problems))
    lesson = Lesson(
        id=manifest.id,
        number=manifest.number,
        title=manifest.title,
        summary=manifest.summary,
        objectives=manifest.objectives,
        minutes=manifest.minutes,
        requires=manifest.requires,
        needs=manifest.needs,
        folder=folder,
        steps=steps,
        triggers=manifest.triggers,
        gauges=manifest.gauges,
        experiments=manifest.experiments,
        exercises=exercises,
    )
    return Reading(folder, lesson, ())


def _chosen(chosen: Path) -> Path:
    folder = chosen.expanduser().absolute()
    if not folder.is_dir():
        raise UsageError(f"There is no folder {chosen}.", "--course takes a folder of lessons.")
    inside = folder / "lessons"
    return inside if inside.is_dir() and not lesson_folders(folder) else folder
