"""No table of a course can say what ends the course."""

import pytest

from course.content.catalog import read_lesson
from course.content.toml import read_toml
from course.model.problem import Problem

TABLES = ("lesson.toml", "exercises/add/mutants.toml", "exercises/add/rules.toml")
ODD = {
    "a number of 5,000 digits": b"minutes = " + b"9" * 5000,
    "a number of 5,000 hexadecimal digits": b"minutes = 0x" + b"f" * 5000,
    "a number of 65 bits in a list": b"minutes = [[1, 18446744073709551616]]",
    "two thousand brackets": b"minutes = " + b"[" * 2000 + b"]" * 2000,
    "a hundred brackets": b"minutes = " + b"[" * 100 + b"]" * 100,
    "a table in a table, three hundred times": b"[" + b".".join([b"a"] * 300) + b"]",
    "bytes that are no text": b"minutes = \xff\xfe",
    "two bytes for each letter": "minutes = 1".encode("utf-16"),
    "a time of day": b"minutes = 07:32:00",
    "no number": b"minutes = nan",
    "an infinite number": b"minutes = -inf",
    "a lone surrogate": b'minutes = "\\ud800"',
    "a change that is no table": b"[x]\nwhy = 'x'\nchange = 3",
    "changes that are no tables": b"[x]\nwhy = 'x'\nchange = [3]",
    "a change of a number": b"[x]\nwhy = 1\n[[x.change]]\nof = 1\nto = 2",
    "a change of nothing": b"[x]\nwhy = 'x'\n[[x.change]]\nof = ''\nto = 'a'",
    "a rule of numbers": b"[x]\nsays = 1\ntests = 2\nmutants = 3",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("what", ODD)
def test_a_table_that_says_something_odd_is_a_problem_of_its_lesson(what, table, folder, fault):
    (folder.path / table).write_bytes(ODD[what])
    reading = read_lesson(folder.path)
    told = "; ".join(map(str, reading.problems))
    named = [] if table in told else [table]
    fault(f"{what} in {table.rpartition('/')[2]}", lost=named, left=[], read=told)


@pytest.mark.parametrize("number", ["9223372036854775807", "-9223372036854775808"])
def test_the_largest_numbers_of_toml_are_numbers(number, tmp_path):
    (tmp_path / "one.toml").write_text(f"one = {number}")
    assert read_toml(tmp_path / "one.toml") == {"one": int(number)}


def test_a_solution_that_is_no_text_is_no_crash(folder):
    (folder.path / "exercises" / "add" / "mutants.toml").write_text("")
    (folder.path / "exercises" / "add" / "solution.py").write_bytes(b"\xff\x00")
    assert read_lesson(folder.path).problems == ()


def test_a_mutant_whose_syntax_nobody_reads_is_no_crash(folder):
    whole = folder.path / "exercises" / "add" / "mutant_deep.py"
    whole.write_text("(" * 100_000)
    assert read_lesson(folder.path).problems == ()
    whole.write_bytes(b"x = \x00")
    assert not isinstance(read_lesson(folder.path), Problem)
