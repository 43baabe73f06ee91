"""Lessons and exercises as people type them: numbers, slugs, unambiguous prefixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from course.errors import UsageError
from course.model.nearest import did_you_mean

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.model.lesson import Exercise, Lesson

_Named = TypeVar("_Named")


def find_lesson(lessons: Sequence[Lesson], name: str) -> Lesson:
    """A lesson by number, slug, folder name or unambiguous prefix; raises UsageError."""
    for lesson in lessons:
        if name in (lesson.id, lesson.folder.name) or _is_number(name, lesson.number):
            return lesson
    by_slug = {lesson.id: lesson for lesson in lessons}
    return _by_prefix("lesson", name, by_slug, [f"{one.number:02} {one.id}" for one in lessons])


def find_exercise(lessons: Sequence[Lesson], name: str) -> Exercise:
    """An exercise as `lesson/exercise`, or one part of that where it is clear without the other."""
    lesson_name, slash, exercise_name = name.partition("/")
    alone = [one for lesson in lessons for one in lesson.exercises if one.id == name]
    if len(alone) == 1:
        return alone[0]
    lesson = find_lesson(lessons, lesson_name)
    slugs = [exercise.slug for exercise in lesson.exercises]
    if not lesson.exercises:
        raise UsageError(f"The lesson {lesson.id} has no exercises.")
    if not (slash and exercise_name):
        if len(slugs) == 1:
            return lesson.exercises[0]
        raise UsageError(f"Which exercise of {lesson.id}?", f"One of: {', '.join(slugs)}.")
    by_id = {exercise.id: exercise for exercise in lesson.exercises}
    return _by_prefix("exercise", exercise_name, by_id, slugs)


def _is_number(name: str, number: int) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 5 and int(name) == number  # noqa: PLR2004 - digits


def _by_prefix(
    what: str, name: str, known: Mapping[str, _Named], candidates: Sequence[str]
) -> _Named:
    if name in known:
        return known[name]
    fitting = [word for word in known if name and word.startswith(name)]
    if len(fitting) == 1:
        return known[fitting[0]]
    if fitting:
        raise UsageError(f"'{name}' could be several {what}s.", f"One of: {', '.join(fitting)}.")
    listed = f"There are: {', '.join(candidates)}." if candidates else "There are none."
    raise UsageError(
        f"There is no {what} '{name}'.", " ".join(filter(None, (did_you_mean(name, known), listed)))
    )
