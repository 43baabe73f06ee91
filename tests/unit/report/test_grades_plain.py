"""Our own formats: what they say, and that they stay what they are."""

import csv
import io
import json

import pytest

from course.report.grades.fields import cell
from course.report.grades.formats import FORMATS
from course.report.grades.plain import COLUMNS, as_csv, as_json, as_lines
from tests.unit.report.hostile_grades import (
    FORMULAS,
    STEERING,
    failed,
    graded,
    hostile,
    nobody_knows,
    passed,
)

FIELDS = {
    "version", "learner", "name", "email", "exercise", "title", "outcome", "why", "score",
    "max_score", "tests", "output", "isolation", "seed", "submission_sha256", "tests_sha256",
    "image", "tool", "receipt_sha256",
}  # fmt: skip
TEST_FIELDS = {"name", "title", "outcome", "message", "hint", "points"}


def test_json_has_a_summary_and_every_grade():
    whole = json.loads(as_json([passed(), failed(), nobody_knows()]))
    assert set(whole) == {"version", "summary", "grades"}
    assert whole["summary"] == {"passed": 1, "failed": 1, "error": 1}
    assert all(set(grade) == FIELDS for grade in whole["grades"])
    assert all(set(test) == TEST_FIELDS for grade in whole["grades"] for test in grade["tests"])


def test_nobody_gets_a_zero_for_what_nobody_could_judge():
    (grade,) = json.loads(as_json([nobody_knows()]))["grades"]
    assert grade["score"] is None
    (row,) = csv.DictReader(io.StringIO(as_csv([nobody_knows()])))
    assert row["score"] == ""


def test_jsonl_has_one_object_per_line():
    lines = as_lines([passed(), failed()]).splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["passed", "failed"]


def test_csv_has_one_row_per_grade():
    rows = list(csv.DictReader(io.StringIO(as_csv([passed(), failed()]))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["learner"], row["score"], row["passed"]) for row in rows] == [
        ("jdoe", "4", "2"),
        ("jdoe", "1", "1"),
    ]


def test_how_long_it_took_is_in_none_of_them():
    slow = graded(failed().grade)
    fast = type(slow)(slow.grade, seconds=0.1, tries=2, worker="other")
    for name in ("json", "jsonl", "csv", "canvas", "moodle", "tap", "exercism"):
        assert FORMATS[name].write([slow]) == FORMATS[name].write([fast])


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula):
    rows = list(csv.reader(io.StringIO(as_csv([hostile(formula)]))))
    assert len(rows) == 2
    for text in rows[1]:
        assert not text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


@pytest.mark.parametrize("text", ["4.5", "-1", "+3"])
def test_numbers_stay_numbers(text):
    assert cell(text) == text


@pytest.mark.parametrize("write", [as_json, as_lines, as_csv])
def test_nothing_in_them_steers_a_terminal(write):
    written = write([hostile(STEERING)])
    written.encode()
    assert not {"\x1b", "\x00", "\x07", "\u202e", "\u2028", "\ud800"} & set(written)
