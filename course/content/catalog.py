"""Finds lessons and reads them; a broken one is reported and the others still work."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.content.exercises import read_exercises
from course.content.folders import LESSON_FILE, lesson_folders
from course.content.manifest import read_manifest
from course.content.text import read_steps
from course.model.lesson import Lesson
from course.model.problem import Problem


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

    def whole(self, lesson: Lesson) -> Lesson:
        """The lesson itself: all of its text was read with it."""
        return lesson


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
