import pytest

from course.content.catalog import Catalog
from course.content.naming import find_exercise, find_lesson
from course.errors import UsageError


@pytest.fixture
def lessons(course):
    return Catalog(course).lessons


@pytest.mark.parametrize("name", ["counting", "1", "01", "01-counting", "cou", "c"])
def test_a_lesson_is_found_by_number_slug_folder_or_prefix(lessons, name):
    assert find_lesson(lessons, name).id == "counting"


@pytest.mark.parametrize(
    "name", ["doubling/double", "2/d", "02/dou", "doub/double", "02", "d/", "double"]
)
def test_an_exercise_is_found_by_prefixes_of_both_its_parts(lessons, name):
    assert find_exercise(lessons, name).slug == "doubling/double"


def test_an_unknown_lesson_lists_those_there_are(lessons):
    with pytest.raises(UsageError) as raised:
        find_lesson(lessons, "countign")
    assert raised.value.summary == "There is no lesson 'countign'."
    assert raised.value.hint == "Did you mean 'counting'? There are: 01 counting, 02 doubling."


def test_an_unknown_exercise_lists_those_of_its_lesson(lessons):
    with pytest.raises(UsageError) as raised:
        find_exercise(lessons, "01/sub")
    assert "counting/add" in raised.value.hint


@pytest.mark.parametrize("name", ["", "³", "99999999999999999999", "/", "nothing/add"])
def test_names_that_name_nothing_are_usage_errors(lessons, name):
    with pytest.raises(UsageError):
        find_exercise(lessons, name)
