"""Lessons with the learner's state in them, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from course.model.progress import ExerciseCard, LessonCard, Place, State
from course.storage.progress import ExerciseProgress, LessonProgress

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.model.lesson import Exercise, Lesson


def make_card(
    lesson: Lesson, read: LessonProgress | None, done: Mapping[str, ExerciseProgress]
) -> LessonCard:
    """A lesson's card; it is done when its text is read and every exercise has passed."""
    exercises = tuple(_exercise(one, done.get(one.slug)) for one in lesson.exercises)
    is_read = read is not None and read.is_finished
    is_touched = read is not None or any(one.state != "new" for one in exercises)
    state: State = "started" if is_touched else "new"
    if is_read and all(one.state == "done" for one in exercises):
        state = "done"
    last = max(0, len(lesson.steps) - 1)
    return LessonCard(lesson, state, min(read.step, last) if read else 0, exercises)


def next_place(cards: Sequence[LessonCard], read: Mapping[str, LessonProgress]) -> Place | None:
    """Where the learner left off, else the first lesson that is not done."""
    open_cards = [card for card in cards if card.state != "done"]
    if not open_cards:
        return None
    begun = [card for card in open_cards if card.lesson.id in read]
    latest = max(begun, key=lambda card: read[card.lesson.id].turn, default=open_cards[0])
    lesson = latest.lesson.id
    if lesson not in read or not read[lesson].is_finished:
        return Place(lesson, latest.step)
    todo = next(card.exercise.id for card in latest.exercises if card.state != "done")
    return Place(lesson, latest.step, todo)


def _exercise(exercise: Exercise, progress: ExerciseProgress | None) -> ExerciseCard:
    known = progress or ExerciseProgress()
    is_begun = known.is_opened or known.attempts > 0
    state: State = "done" if known.has_passed else "started" if is_begun else "new"
    return ExerciseCard(exercise, state, known.attempts, known.hints_seen)
