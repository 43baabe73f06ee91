"""What holds of every lesson we ship, without running it; `course verify` runs them."""

import pytest

from course.content.catalog import Catalog
from course.content.folders import find_course
from course.content.static import course_problems, problems

CATALOG = Catalog(find_course())
LESSONS = CATALOG.lessons
EXERCISES = [exercise for lesson in LESSONS for exercise in lesson.exercises]


def test_every_lesson_can_be_read():
    assert list(map(str, CATALOG.problems)) == []
    assert list(map(str, course_problems(LESSONS))) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.id)
def test_a_lesson_is_sound(lesson):
    assert list(map(str, problems(lesson.folder))) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.id)
def test_a_wrong_prediction_reveals_something(lesson):
    wrong = [
        choice
        for experiment in lesson.experiments
        for choice in experiment.choices
        if choice.id != experiment.truth
    ]
    assert [choice.id for choice in wrong if not choice.misconception] == []
    assert len(wrong) >= len(lesson.experiments), "an experiment with nothing to predict"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.id)
def test_a_lesson_has_exercises_enough(lesson):
    assert len(lesson.exercises) >= (1 if lesson.id == "incident" else 2)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.slug)
def test_mutants_are_three_or_more_and_say_what_is_wrong(exercise):
    assert len(exercise.mutants) >= 3
    assert [mutant.name for mutant in exercise.mutants if not mutant.why] == []


def test_the_course_uses_all_three_kinds_of_exercise():
    assert {exercise.kind for exercise in EXERCISES} == {"function", "config", "program"}
