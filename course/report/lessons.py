"""The list of lessons, and what is next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from course.model.json import JSON, Fields
from course.model.problem import Problem
from course.model.progress import ExerciseCard, LessonCard, Place
from course.report.lines import cut, wrapped

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.model.lesson import Lesson

VERSION = 1
MARKS = {"new": " ", "started": ">", "done": "x"}  # beside the word, never instead of it


def lesson_lines(
    cards: Sequence[LessonCard], problems: Sequence[Problem], width: int
) -> Iterator[str]:
    """Every lesson with its exercises, and those that cannot be read."""
    for card in cards:
        yield _line(f"{card.lesson.number:02} {card.lesson.title}", card.state, width)
        for one in card.exercises:
            yield _line(f"   {one.exercise.slug}  {one.exercise.title}", one.state, width)
    if not cards and not problems:
        yield "There are no lessons here."
    if problems:
        yield ""
        yield "Lessons that cannot be used until their author mends them:"
        for problem in problems:
            yield from wrapped(str(problem), width, "  ")


def lessons_json(cards: Sequence[LessonCard], problems: Sequence[Problem]) -> Fields:
    """The same as one object."""
    return {
        "version": VERSION,
        "lessons": [_lesson(card) for card in cards],
        "problems": [str(problem) for problem in problems],
    }


def place_lines(place: Place | None, lesson: Lesson | None, width: int) -> Iterator[str]:
    """Where the learner is, and the command that goes on from there."""
    if place is None or lesson is None:
        yield "Everything is done. `course list` shows it all."
        return
    yield from wrapped(f"{lesson.number:02} {lesson.title}", width)
    if place.exercise is not None:
        name = f"{lesson.id}/{place.exercise}"
        yield f"Next: the exercise {name}"
        yield f"  course open {name}     your file, in your editor"
        yield f"  course check {name}    when you think it is right"
    elif lesson.steps:
        step = lesson.steps[place.step]
        yield f"Next: step {place.step + 1} of {len(lesson.steps)}, {step.title}"
        yield f"  course                 to go on reading, or course read {lesson.id}"


def place_json(place: Place | None) -> Fields:
    """The same as one object; `lesson` is null when everything is done."""
    return {
        "version": VERSION,
        "lesson": place.lesson if place else None,
        "step": place.step + 1 if place else None,
        "exercise": f"{place.lesson}/{place.exercise}" if place and place.exercise else None,
    }


def _line(text: str, state: str, width: int) -> str:
    room = width - 12
    return f"{MARKS[state]} {cut(text, room):<{room}}  {state}".rstrip()


def _lesson(card: LessonCard) -> Fields:
    return {
        "id": card.lesson.id,
        "number": card.lesson.number,
        "title": card.lesson.title,
        "summary": card.lesson.summary,
        "state": card.state,
        "step": card.step + 1,
        "steps": len(card.lesson.steps),
        "exercises": cast("list[JSON]", [_exercise(one) for one in card.exercises]),
    }


def _exercise(card: ExerciseCard) -> Fields:
    return {
        "id": card.exercise.id,
        "slug": card.exercise.slug,
        "title": card.exercise.title,
        "state": card.state,
        "attempts": card.attempts,
        "hints_seen": card.hints_seen,
    }
