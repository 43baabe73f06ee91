"""Mutants are read as whole files and as changes that fit in exactly one place."""

import pytest

from course.content.mutants import read_mutants

RIGHT = "def f(a):\n    a = sorted(a)\n    return a\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "solution.py").write_text(RIGHT)
    return tmp_path


def read(folder, table=None):
    if table is not None:
        (folder / "mutants.toml").write_text(table)
    return read_mutants(folder, folder / "solution.py")


def test_a_change_is_made_to_the_solution(folder):
    mutants, problems = read(
        folder, '[lazy]\nwhy = "Does not sort."\n[[lazy.change]]\nof = "sorted(a)"\nto = "a"\n'
    )
    assert problems == []
    assert [(m.name, m.why) for m in mutants] == [("lazy", "Does not sort.")]
    assert mutants[0].text == RIGHT.replace("sorted(a)", "a")


def test_a_whole_file_is_a_mutant_with_its_docstring(folder):
    (folder / "mutant_none.py").write_text('"""Forgets to return."""\n\n\ndef f(a): ...\n')
    mutants, _ = read(folder)
    assert [(m.name, m.why) for m in mutants] == [("none", "Forgets to return.")]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ('[x]\nwhy = "y"\n[[x.change]]\nof = "nowhere"\nto = ""\n', "0 times"),
        ('[x]\nwhy = "y"\n[[x.change]]\nof = "a"\nto = ""\n', "times, not once"),
        ('[x]\nwhy = "y"\n', "change"),
        ('[x]\nwhy = "y"\n[[x.change]]\nof = "sorted"\n', "`of` and `to`"),
        ("[x\n", "mutants.toml:1: is not TOML"),
    ],
)
def test_what_does_not_fit_is_a_problem(folder, table, complaint):
    mutants, problems = read(folder, table)
    assert mutants == ()
    assert complaint in str(problems[0])
