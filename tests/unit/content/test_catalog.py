import shutil

import pytest

from course.content.catalog import Catalog
from course.content.folders import find_course
from course.errors import UsageError


def test_lessons_come_in_the_order_of_their_numbers(course):
    catalog = Catalog(course)
    assert [lesson.id for lesson in catalog.lessons] == ["counting", "doubling"]
    assert catalog.problems == ()


def test_an_exercise_knows_where_its_parts_lie(course):
    exercise = Catalog(course).lessons[0].exercises[0]
    assert exercise.slug == "counting/add"
    assert exercise.starter.name == "add.py"
    assert exercise.solution.name == "solution.py"
    assert [mutant.name for mutant in exercise.mutants] == ["len"]
    assert (exercise.harness, exercise.rig) == (None, None)
    assert exercise.task.startswith("Write `add(numbers)`")


def test_a_broken_lesson_is_reported_and_the_others_still_work(folder, course):
    shutil.copytree(course / "02-doubling", folder.path.parent / "02-doubling")
    folder.change("lesson.toml", "format = 1", "format = 9")
    catalog = Catalog(folder.path.parent)
    assert [lesson.id for lesson in catalog.lessons] == ["doubling"]
    assert [problem.key for problem in catalog.problems] == ["format"]


@pytest.mark.parametrize("file", ["task.md", "add.py", "solution.py"])
def test_an_exercise_without_a_part_is_a_problem_that_names_it(folder, file):
    (folder.path / "exercises" / "add" / file).unlink()
    problems = Catalog(folder.path.parent).problems
    assert [str(problem).rpartition("/")[2] for problem in problems] == [f"{file}: is missing"]


def test_an_exercise_without_tests_is_a_problem(folder):
    (folder.path / "exercises" / "add" / "test_add.py").unlink()
    assert "there is no test" in str(Catalog(folder.path.parent).problems[0])


def test_a_folder_that_no_manifest_declares_is_a_problem(folder):
    (folder.path / "exercises" / "ad").mkdir()
    assert "Did you mean 'add'?" in str(Catalog(folder.path.parent).problems[0])


def test_a_course_is_found_by_its_folder_or_the_one_around_it(folder):
    inside = folder.path.parent / "mine" / "lessons"
    shutil.move(folder.path, inside / "01-counting")
    assert find_course(inside.parent) == inside
    assert find_course(inside) == inside


def test_a_course_folder_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="There is no folder"):
        find_course(tmp_path / "nowhere")
