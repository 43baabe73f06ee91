"""What is graded: one exercise, one lesson, or everything."""

from collections.abc import Sequence

from course.content.declared_tests import points_problems
from course.content.naming import find_exercise, find_lesson
from course.errors import LessonError, UsageError
from course.model.lesson import Exercise, Lesson
from course.runs.grading.layout import Scope


def find_scope(lessons: Sequence[Lesson], exercise: str = "", lesson: str = "") -> Scope:
    """The exercises that these options mean; raises UsageError."""
    if exercise and lesson:
        raise UsageError("Give --exercise or --lesson, not both.")
    if exercise:
        return _scope([find_exercise(lessons, exercise)], lessons)
    chosen = [find_lesson(lessons, lesson)] if lesson else list(lessons)
    return _scope([one for part in chosen for one in part.exercises], lessons)


def _scope(exercises: Sequence[Exercise], lessons: Sequence[Lesson]) -> Scope:
    if not exercises:
        raise UsageError("There are no exercises to grade in this lesson.")
    odd = [str(one) for exercise in exercises for one in points_problems(exercise.tests)]
    if odd:
        raise LessonError("What these tests are worth cannot be.", evidence="\n".join(odd))
    folders = tuple((one.id, (one.folder.name, one.id)) for one in lessons)
    return Scope(tuple(exercises), folders)
