"""rules.toml is read, and held to the task, the tests and the mutants beside it."""

import pytest

from course.content.catalog import read_lesson
from course.content.scaffold import new_lesson
from course.content.static import problems

AT = "exercises/retry"


@pytest.fixture
def lesson(tmp_path):
    return new_lesson(tmp_path, "back-pressure")


def change(lesson, file, old, new):
    path = lesson / AT / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_rules_right_answers_and_cheats_are_read(lesson):
    (exercise,) = read_lesson(lesson).lesson.exercises
    rules = {rule.id: rule for rule in exercise.rules}
    assert rules["at_most_so_often"].says == ("at most `times` times",)
    assert rules["the_last_error"].mutants == ("swallows", "first_error")
    assert [(one.name, one.why) for one in exercise.rights] == [
        ("recursive", "Asks itself for one try less.")
    ]
    assert [(one.name, one.why) for one in exercise.cheats] == [
        (
            "hides_calls",
            "Asks once more after an answer, and sets every count that it can reach to 1.",
        )
    ]
    assert exercise.unobserved == ""


def test_why_an_exercise_is_not_observed_stands_at_the_top(lesson):
    path = lesson / AT / "rules.toml"
    path.write_text(f'unobserved = "it is one number"\n{path.read_text()}')
    assert read_lesson(lesson).lesson.exercises[0].unobserved == "it is one number"


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("rules.toml", '"one_too_many"', '"one_to_many"',
         "rules.toml:7: at_most_so_often: there is no mutant 'one_to_many'."
         " Did you mean 'one_too_many'?"),
        ("rules.toml", '"one_too_many"', '"asks_on"', "no rule lists the mutant 'one_too_many'"),
        ("rules.toml", '"test_no_tries_is_an_error"', '"test_no_tries"',
         "rules.toml:22: at_least_once: there is no test 'test_no_tries'."),
        ("rules.toml", "at most `times` times", "at most so often",
         "rules.toml:7: at_most_so_often: task.md does not say 'at most so often'"),
        ("rules.toml", 'mutants = ["one_too_many"]', "", "a rule has `says`, `tests` and"),
        ("rules.toml", '["one_too_many"]', "[]", "`mutants` is a text or a list of texts"),
        ("rules.toml", 'why = "names the function"', "", "[[background]] has `says` and `why`"),
        ("rules.toml", "[the_answer]", "[the_answer", "rules.toml:12: is not TOML: Expected"),
        ("task.md", "`ValueError`.\n", "`ValueError`.\n\n- It waits. Then it asks.\n",
         "task.md:7: no rule accounts for the sentence 'It waits.'"),
        ("task.md", "`ValueError`.\n", "`ValueError`.\n\nIt waits 17 seconds.\n",
         "task.md:7: no rule accounts for the number '17'"),
        ("task.md", "`ValueError`.\n", "`ValueError`.\n\n| a |\n| --- |\n| red |\n",
         "task.md:9: no rule accounts for the cell 'red'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_problem_with_its_place(lesson, file, old, new, complaint):
    change(lesson, file, old, new)
    found = [str(one) for one in problems(lesson)]
    assert any(complaint in one for one in found), found


def test_without_a_right_answer_the_rules_are_not_whole(lesson):
    (lesson / AT / "right_recursive.py").unlink()
    assert [one.message for one in problems(lesson)] == [
        "there is no right_*: nothing shows what the tests allow"
    ]


def test_a_mutant_must_compile(lesson):
    change(
        lesson,
        "mutants.toml",
        "            ask()\\n            return",
        "            ask(\\n return",
    )
    (problem,) = problems(lesson)
    assert "the answer 'asks_on' does not compile" in problem.message


def test_an_answer_of_another_kind_of_file_does_not_belong_there(lesson):
    (lesson / AT / "right_loop.conf").write_text("")
    assert [one.message for one in problems(lesson)] == ["is not part of an exercise"]
