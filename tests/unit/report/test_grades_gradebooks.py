"""Canvas and Moodle: the columns they need, and nobody's formula."""

import csv
import io
from dataclasses import replace

import pytest

from course.model.grade import Learner
from course.report.grades.formats import find_format
from course.report.grades.gradebooks import as_canvas, as_moodle
from tests.unit.report.hostile_grades import (
    FORMULAS,
    STEERING,
    failed,
    graded,
    hostile,
    nobody_knows,
    passed,
)

FIRST = "Write the counter"


def rows(text: str) -> list[dict[str, str]]:
    """A CSV by its header."""
    return list(csv.DictReader(io.StringIO(text)))


def test_canvas_gets_the_columns_it_exported():
    (row, lost) = rows(as_canvas([failed(), nobody_knows()]))
    assert row == {
        "Student": "Doe, Jane",
        "ID": "12345",
        "SIS User ID": "",
        "SIS Login ID": "jdoe",
        "Section": "",
        FIRST: "1",
    }
    assert lost[FIRST] == ""


def test_moodle_gets_a_feedback_for_each_grade():
    row, lost = rows(as_moodle([passed(), nobody_knows()]))
    assert row["Email address"] == "jane.doe@example.org"
    assert (row[FIRST], row[f"Feedback: {FIRST}"]) == ("4", "2 of 2 checks passed")
    assert lost["ID number"] == "lost"
    assert lost[FIRST] == ""
    assert "not the learner's fault" in lost[f"Feedback: {FIRST}"]


def test_several_exercises_are_several_columns_or_one_sum():
    second = graded(replace(passed().grade, exercise="doubling/double", title="Double"))
    (apart,) = rows(as_canvas([failed(), second]))
    assert (apart[FIRST], apart["Double"]) == ("1", "4")
    together = find_format("canvas", "Scalability lab 1 (98765)").write([failed(), second])
    assert rows(together)[0]["Scalability lab 1 (98765)"] == "5"


def test_a_learner_without_one_of_the_exercises_has_an_empty_cell():
    other = graded(replace(passed().grade, title="Double", learner=Learner("x@example.org")))
    first, second = rows(as_moodle([failed(), other]))
    assert first["Double"] == second[FIRST] == ""
    assert second["Email address"] == "x@example.org"


@pytest.mark.parametrize("write", [as_canvas, as_moodle])
@pytest.mark.parametrize("text", [*FORMULAS, STEERING])
def test_no_cell_is_a_formula(write, text):
    (header, row) = csv.reader(io.StringIO(write([hostile(text)], text)))
    assert len(header) == len(row)
    for one in (*header, *row):
        assert not one.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
