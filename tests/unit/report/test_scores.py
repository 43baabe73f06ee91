"""A score never says another thing than the verdict, in any format."""

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.model.grade import Grade, Graded, worth
from course.model.verdict import Outcome, TestResult
from course.report.grades.formats import FORMATS
from tests.unit.report.hostile_grades import HONEST
from tests.unit.report.test_grades_other_graders import RUNNER

OUTCOMES = ["passed", "failed", "error"]
TESTS = st.builds(
    TestResult,
    name=st.sampled_from(["test_a", "test_b"]),
    title=st.just("A test"),
    outcome=st.sampled_from(OUTCOMES),
    message=st.just("no"),
    points=st.one_of(st.integers(0, 3), st.integers(-3, 1_000_000)),
)


@st.composite
def grades(draw: st.DrawFn) -> Grade:
    """Any verdict: also one that its tests do not show, and tests that are worth what none may."""
    outcome: Outcome = draw(st.sampled_from(OUTCOMES))
    tests = tuple(draw(st.lists(TESTS, max_size=4)))
    if outcome == "passed":
        tests = tuple(replace(test, outcome="passed", points=abs(test.points)) for test in tests)
        tests = tests or (TestResult("test_a", "A test", "passed"),)
    most = draw(st.one_of(st.integers(1, 20), st.integers(1, 1_000_000)))
    partial = draw(st.booleans())
    score = worth(most, outcome, tests, partial=partial)
    return replace(
        HONEST, outcome=outcome, why="It is so.", tests=tests, max_score=float(most), score=score
    )


@given(grades())
def test_failed_is_less_than_all_passed_is_all_and_error_is_no_score(grade):
    if grade.outcome == "error":
        assert grade.score is None
    elif grade.outcome == "passed":
        assert grade.score == grade.max_score
    else:
        assert 0 <= grade.score < grade.max_score
        assert f"{grade.score:.2f}" != f"{grade.max_score:.2f}"


@pytest.fixture(scope="module", autouse=True)
def runner():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in RUNNER.items():
            patch.setenv(name, value)
        yield


def share(name: str, written: str) -> float | None:
    """How much of all points the report gives; None where it gives no score."""
    if not written:
        return None
    if name in {"json", "jsonl"}:
        told = json.loads(written)
        grade = told["grades"][0] if name == "json" else told
        return None if grade["score"] is None else grade["score"] / grade["max_score"]
    if name == "csv":
        (row,) = csv.DictReader(io.StringIO(written))
        return float(row["score"]) / float(row["max_score"]) if row["score"] else None
    if name == "gradescope":
        return json.loads(written)["score"]
    if name == "classroom50":
        told = json.loads(written)
        return told["score"] / told["max-score"] if told["max-score"] else 0.0
    rows = list(csv.reader(io.StringIO(written)))
    column = {"canvas": 5, "moodle": 2}[name]
    return float(rows[1][column]) if rows[1][column] else None


@pytest.mark.parametrize(
    "name", ["json", "jsonl", "csv", "gradescope", "classroom50", "canvas", "moodle"]
)
@given(grade=grades())
def test_every_format_with_a_score_says_what_the_verdict_says(name, grade):
    if name == "classroom50" and any(test.points < 0 for test in grade.tests):
        return  # its whole points are the tests' own, and such tests are refused
    got = share(name, FORMATS[name].whole([Graded(grade)]))
    most = grade.max_score if name in {"gradescope", "canvas", "moodle"} else 1.0
    if grade.outcome == "error":
        assert got is None
    elif grade.outcome == "failed":
        assert got is not None
        assert 0 <= got < most
    elif name != "classroom50" or any(test.points for test in grade.tests):
        assert got == most


@given(grade=grades())
def test_every_format_with_tests_has_one_that_is_as_bad_as_the_verdict(grade):
    graded = [Graded(grade)]
    suite = ElementTree.fromstring(FORMATS["junit"].whole(graded))[0]  # noqa: S314  ours
    bad = {"passed": None, "failed": "failures", "error": "errors"}[grade.outcome]
    assert int(suite.get(bad)) > 0 if bad else suite.get("failures") == suite.get("errors") == "0"
    lines = FORMATS["tap"].whole(graded).splitlines()
    assert any(re.match("not ok", line) for line in lines) == (grade.outcome != "passed")
    status = {"passed": "pass", "failed": "fail", "error": "error"}[grade.outcome]
    told = json.loads(FORMATS["exercism"].whole(graded))
    assert told["status"] in {status, "error"}
    if told["status"] == "fail":
        assert any(test["status"] == "fail" for test in told["tests"])
    tests = json.loads(FORMATS["gradescope"].whole(graded) or '{"tests": []}')["tests"]
    assert not tests or any(one["status"] == "failed" for one in tests) == (
        grade.outcome == "failed"
    )
