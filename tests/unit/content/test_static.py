import pytest

from course.content.catalog import Catalog
from course.content.static import course_problems, problems

TEST = "exercises/add/test_add.py"


def test_sound_lessons_have_no_problems(course):
    catalog = Catalog(course)
    assert [str(one) for lesson in catalog.lessons for one in problems(lesson.folder)] == []
    assert course_problems(catalog.lessons) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "lesson.py",
            "def bump(",
            "def bmup(",
            "triggers[0].id: lesson.py has no @lab.trigger function 'bump'. Did you mean 'bmup'?",
        ),
        (
            "lesson.py",
            "@lab.gauge\n",
            "",
            "gauges[0].id: lesson.py has no @lab.gauge function 'count'",
        ),
        ("lesson.py", "@lab.gauge\n", "@lab.trigger\n", "lesson.toml declares no trigger 'count'"),
        (
            "lesson.py",
            "by: int = 1",
            "by: int = 2",
            "'bump' has 2 for 'by', and lesson.toml says 1",
        ),
        ("lesson.py", "by: int = 1, ", "", "'bump' takes no 'by', which lesson.toml declares"),
        ("lesson.py", "by: int = 1", "by: int = 1, to: int = 0", "'bump' takes 'to', which"),
        ("lesson.py", "by: int = 1", "by: int", "is not a piece of Python"),
        ("lesson.py", "def twice()", "def twice(n: int = 1)", "'twice' takes parameters"),
        (
            "lesson.py",
            '    """Adds to the counter."""\n',
            "",
            "lesson.py:16: 'bump' has no docstring",
        ),
        ("lesson.py", "@lab.setup\n", "", "there is no @lab.setup function"),
        (
            "lesson.md",
            "```trigger\nbreak_it\n```",
            "",
            "the trigger 'break_it' is nowhere in the text",
        ),
        (
            "lesson.md",
            "```experiment\ntwice\n```",
            "",
            "the experiment 'twice' is nowhere in the text",
        ),
        (
            "lesson.md",
            "```exercise\nadd\n```",
            "Soon.",
            "the exercise 'add' is nowhere in the text",
        ),
        (
            "lesson.md",
            "lesson.py:bump",
            "lesson.py:bunp",
            "lesson.md:27: there is no 'bunp' in lesson.py. Did you mean 'bump'?",
        ),
        ("lesson.md", "A counter", "A" * 81, "columns wide, 80 fit"),
        (
            "lesson.md",
            "A counter",
            "A [counter](missing.md)",
            "links to 'missing.md', which is not there",
        ),
        (TEST, '    """An empty list adds up to 0."""\n', "", "test_sum_of_none has no docstring"),
        (
            TEST,
            "points(2)",
            "points(-2)",
            "test_add.py:14: test_sum_of_none: `@pytest.mark.points(n)` takes",
        ),
        (TEST, "points(2)", "points(2.5)", "takes one whole number from 0 to 1,000,000"),
        (
            TEST,
            '@pytest.mark.hint("What is the sum of nothing?")\n',
            "",
            "test_sum_of_none has no hint mark",
        ),
        (
            "exercises/add/solution.py",
            "return sum(numbers)",
            "return min(numbers, default=0)  # TODO: not only the smallest",
            "is the solution",
        ),
    ],
)
def test_a_fault_is_found_without_running_anything(folder, file, old, new, complaint):
    if complaint == "is not a piece of Python":
        complaint = "lesson.py"
    folder.change(file, old, new)
    found = [str(problem) for problem in problems(folder.path)]
    assert any(complaint in problem for problem in found), found


def test_a_missing_mutant_and_unexpected_files_are_problems(folder):
    (folder.path / "exercises" / "add" / "mutant_len.py").unlink()
    (folder.path / "exercises" / "add" / "notes.txt").write_text("x")
    (folder.path / "draft.docx").write_text("x")
    found = [str(problem) for problem in problems(folder.path)]
    assert len(found) == 3
    assert any("there is no mutant:" in problem for problem in found)


def test_a_broken_manifest_ends_the_check_with_its_own_problems(folder):
    folder.change("lesson.toml", "format = 1", "format = 3")
    assert [problem.key for problem in problems(folder.path)] == ["format"]


def test_lessons_must_not_share_a_number_or_require_what_comes_later(folder, course):
    lessons = Catalog(course).lessons
    assert "requires" in str(course_problems(lessons[1:])[0])
    assert "has the number of" in str(course_problems((lessons[0], lessons[0]))[0])
