"""Lessons as far as lists and readers show them, from an index of what was read before.

The index has each lesson's outline beside what it was made from; a file for each lesson has its
text. A lesson that changed is read again and alone. Without a usable index everything is read, and
where none can be written that happens each time.
"""

from __future__ import annotations

import time
import zlib
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from course.content.folders import lesson_folders
from course.content.origin import Origin, find_code, find_origin, is_settled, is_unchanged
from course.model.problem import Problem
from course.storage.kept import KeptFile

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.content.catalog import Reading
    from course.model.json import Fields
    from course.model.lesson import Lesson


class Outline(NamedTuple):
    """One lesson's folder: what it was made from, and what is shown of it."""

    folder: Path
    origin: Origin
    lesson: Any  # a Lesson as far as lists go; None when it cannot be used
    problems: tuple[Problem, ...]
    is_new: bool


class ShownLessons:
    """Implements `ports.Lessons`.

    Args:
        course: The folder of lessons.
        cache: Where the index is kept.
    """

    def __init__(self, course: Path, cache: Path) -> None:
        self._course = course
        self._folder = cache / f"lessons-{zlib.crc32(bytes(course)):08x}"
        self._maker = f"lessons {_code()}"
        self._index = KeptFile(self._folder / "index.json", self._maker)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Those that can be used, in order; of a step only its title is there."""
        return tuple(cast("Lesson", one.lesson) for one in self._outlines if one.lesson)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the others."""
        return tuple(problem for one in self._outlines for problem in one.problems)

    def whole(self, lesson: Lesson) -> Lesson:
        """One of them with all of its text."""
        file = KeptFile(self._folder / f"text-{lesson.folder.name}.json", self._maker)
        origin = next(one.origin for one in self._outlines if one.folder == lesson.folder)
        kept = file.read(_thaw)
        if kept is not None and kept.origin == [list(one) for one in origin]:
            return cast("Lesson", _placed(kept.lesson, lesson.folder))
        from course.runs.outlines import text_of

        found = _read(lesson.folder).lesson
        if found is None:  # changed in this moment: what the list was made from is gone
            return lesson
        if is_settled(origin, time.time_ns()):
            file.write({"origin": cast("Any", origin), "lesson": text_of(found)})
        return found

    @cached_property
    def _outlines(self) -> tuple[Outline, ...]:
        kept = self._kept()
        found = [self._outline(folder, kept) for folder in lesson_folders(self._course)]
        if any(one.is_new for one in found) or len(found) != len(kept):
            self._keep(found)
        return tuple(found)

    def _kept(self) -> dict[str, list[Any]]:
        index = self._index.read(_thaw)
        if index is None or index.course != str(self._course):
            return {}
        return {one[0]: one[1:] for one in index.lessons}

    def _outline(self, folder: Path, kept: dict[str, list[Any]]) -> Outline:
        if folder.name in kept:
            origin, lesson, problems = kept[folder.name]
            if is_unchanged(str(folder), origin):
                told = tuple(Problem(Path(path), *rest) for path, *rest in problems)
                return Outline(folder, origin, _placed(lesson, folder), told, is_new=False)
        origin = find_origin(str(folder))
        reading = _read(folder)
        return Outline(folder, origin, reading.lesson, reading.problems, is_new=True)

    def _keep(self, outlines: list[Outline]) -> None:
        from course.runs.outlines import outline_of

        now = time.time_ns()
        lessons: list[Any] = [
            [
                one.folder.name,
                one.origin,
                outline_of(one.lesson) if one.lesson else None,
                [(str(problem.path), *problem[1:]) for problem in one.problems],
            ]
            for one in outlines
            if is_settled(one.origin, now)
        ]
        self._index.write({"course": str(self._course), "lessons": lessons})


def _read(folder: Path) -> Reading:
    from course.content.catalog import read_lesson

    return read_lesson(folder)


def _thaw(fields: Fields) -> SimpleNamespace:
    return SimpleNamespace(**fields)


def _placed(lesson: Any, folder: Path) -> Any:  # noqa: ANN401  a Lesson as far as it is shown
    if lesson is not None:
        lesson.folder = folder
    return lesson


def _code() -> str:
    """What made the index: other code may say something else of the same lessons."""
    runs = Path(__file__).parent
    files = [find_code(str(folder)) for folder in (runs.with_name("content"), runs)]
    return f"{zlib.crc32(repr(files).encode()):08x}"
