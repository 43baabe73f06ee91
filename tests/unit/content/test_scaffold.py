"""New lessons and exercises start from a template that is sound."""

import pytest

from course.content.catalog import read_lesson
from course.content.scaffold import new_exercise, new_lesson
from course.content.static import problems
from course.errors import UsageError


def test_a_new_lesson_is_sound_and_bears_its_name(tmp_path):
    folder = new_lesson(tmp_path, "back-pressure")
    assert folder.name == "01-back-pressure"
    assert problems(folder) == []
    assert read_lesson(folder).lesson.id == "back-pressure"


def test_the_next_lesson_gets_the_next_number_unless_one_is_given(tmp_path):
    new_lesson(tmp_path, "07-first")
    assert new_lesson(tmp_path, "second").name == "08-second"
    assert new_lesson(tmp_path, "03-third").name == "03-third"


def test_a_new_exercise_is_declared_placed_and_sound(tmp_path):
    folder = new_lesson(tmp_path, "back-pressure")
    new_exercise(folder, "take_turns")
    assert problems(folder) == []
    lesson = read_lesson(folder).lesson
    assert [one.id for one in lesson.exercises] == ["retry", "take_turns"]
    assert lesson.exercises[1].file == "take_turns.py"


@pytest.mark.parametrize("name", ["Bad Name", "../x", "", "é", "a/b", "x-"])
def test_a_name_that_is_no_slug_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(UsageError):
        new_lesson(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    folder = new_lesson(tmp_path, "01-once")
    with pytest.raises(UsageError, match="already"):
        new_lesson(tmp_path, "01-once")
    new_exercise(folder, "again")
    with pytest.raises(UsageError, match="already"):
        new_exercise(folder, "again")
