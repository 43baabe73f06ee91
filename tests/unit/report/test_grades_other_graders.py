"""JUnit, TAP, Gradescope, Classroom 50 and Exercism: schema, re-parse, hostile text."""

import json
import re
from xml.etree import ElementTree

import pytest

from course.errors import UsageError
from course.report.grades.classroom50 import as_classroom50
from course.report.grades.exercism import as_exercism
from course.report.grades.formats import FORMATS
from course.report.grades.gradescope import as_gradescope
from course.report.grades.junit import as_junit
from course.report.grades.tap import as_tap
from tests.unit.report.hostile_grades import (
    FORMULAS,
    STEERING,
    failed,
    hostile,
    nobody_knows,
    passed,
)

TEXTS = [STEERING, *FORMULAS, "", "x" * 100_000]
RUNNER = {
    "CLASSROOM": "cs",
    "ASSIGNMENT": "counting",
    "OWNER": "jdoe",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/1",
    "RELEASE_URL": "https://example.org/release/1",
}


@pytest.fixture
def runner(monkeypatch):
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)


# -- JUnit


def test_junit_says_which_test_failed_for_whom():
    suites = ElementTree.fromstring(as_junit([passed(), failed(), nobody_knows()]))  # noqa: S314  ours
    assert suites.tag == "testsuites"
    counts = [(s.get("tests"), s.get("failures"), s.get("errors")) for s in suites]
    assert counts == [("2", "0", "0"), ("2", "1", "0"), ("1", "0", "1")]
    case = suites[1][1]
    assert case.get("classname") == "counting.add.jdoe"
    assert case.get("name") == "test_two"
    assert float(case.get("time")) == 0.5
    assert case[0].tag == "failure"
    assert case[0].text == case[0].get("message") == "expected 2, got 3"


@pytest.mark.parametrize("text", TEXTS)
def test_junit_can_be_read_whatever_a_learner_writes(text):
    written = as_junit([hostile(text)]).encode()
    (suite,) = ElementTree.fromstring(written)  # noqa: S314  ours
    assert len(suite) == 1


# -- TAP


def parse_tap(text: str) -> tuple[int, list[tuple[bool, int, str]], list[str]]:
    """The plan, the points and the messages, read as strictly as the specification allows."""
    version, plan, *rest = text.splitlines()
    assert version == "TAP version 14"
    points, messages = [], []
    for line in rest:
        if found := re.fullmatch(r"(not )?ok (\d+) - (([^\\#]|\\[\\#])*)", line):
            points.append((not found[1], int(found[2]), found[3]))
        elif line.startswith("  message: "):
            messages.append(json.loads(line.removeprefix("  message: ")))
        else:
            assert line in {"  ---", "  ...", "  severity: fail", "  severity: error"}, line
    return int(plan.removeprefix("1..")), points, messages


def test_tap_has_a_point_for_each_test():
    plan, points, messages = parse_tap(as_tap([failed(), nobody_knows()]))
    assert plan == 3
    assert [(ok, number) for ok, number, _ in points] == [(True, 1), (False, 2), (False, 3)]
    assert points[1][2] == "jdoe / counting/add / Two \\# is \\\\ two"
    assert messages == ["expected 2, got 3", "The sandbox was lost."]


@pytest.mark.parametrize("text", TEXTS)
def test_nobody_can_add_a_point_to_tap(text):
    plan, points, _ = parse_tap(as_tap([hostile(text)]))
    assert plan == len(points) == 1
    assert not points[0][0]


# -- Gradescope


def check_gradescope(text: str) -> dict:
    """Hold it to the documented fields and their values."""
    results = json.loads(text)
    assert isinstance(results["score"], float)
    assert isinstance(results["execution_time"], int)
    assert {results[name] for name in results if name.endswith("_format")} == {"text"}
    assert results["stdout_visibility"] == "hidden"
    known = {
        "score", "execution_time", "output", "output_format", "test_output_format",
        "test_name_format", "stdout_visibility", "visibility", "tests", "extra_data",
    }  # fmt: skip
    assert set(results) == known
    for test in results["tests"]:
        assert test["status"] in {"passed", "failed"}
        assert test["output_format"] == test["name_format"] == "text"
        assert test["visibility"] == "visible"
        assert isinstance(test["name"], str)
        assert isinstance(test["number"], str)
    return results


def test_gradescope_gets_score_and_tests():
    results = check_gradescope(as_gradescope([failed()]))
    assert results["score"] == 1.0
    assert [test["status"] for test in results["tests"]] == ["passed", "failed"]
    assert results["tests"][1]["output"] == "expected 2, got 3\nHint: Add."


@pytest.mark.parametrize("text", TEXTS)
def test_gradescope_takes_whatever_a_learner_writes_as_text(text):
    check_gradescope(as_gradescope([hostile(text)]))


# -- Classroom 50


def check_classroom50(text: str) -> dict:
    """As its runner validates a result before it publishes it."""
    data = json.loads(text)
    assert data["schema"] == "classroom50/result/v1"
    assert data["submission"].startswith("submit/")
    assert data["assignment_type"] in {"individual", "group", "team"}
    for field in ("classroom", "assignment", "owner", "commit", "release", "review", "datetime"):
        assert isinstance(data[field], str)
        assert data[field]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["datetime"])
    for one in (data, *data["tests"]):
        assert type(one["score"]) is type(one["max-score"]) is int
        assert 0 <= one["score"] <= one["max-score"]
    for test in data["tests"]:
        assert test["test-name"]
        assert isinstance(test["passed"], bool)
    assert data["score"] == sum(test["score"] for test in data["tests"])
    assert data["max-score"] == sum(test["max-score"] for test in data["tests"])
    return data


def test_classroom50_gets_what_its_runner_wants(runner):
    data = check_classroom50(as_classroom50([failed()]))
    assert (data["score"], data["max-score"]) == (1, 4)
    assert data["review"] == RUNNER["COMMIT_URL"]


@pytest.mark.parametrize("text", TEXTS)
def test_classroom50_takes_whatever_a_learner_writes(runner, text):
    check_classroom50(as_classroom50([hostile(text)]))


def test_classroom50_without_its_runner_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("CLASSROOM", raising=False)
    with pytest.raises(UsageError, match="CLASSROOM"):
        as_classroom50([failed()])


# -- Exercism


def check_exercism(text: str) -> dict:
    """As its interface for version 3 says."""
    whole = json.loads(text)
    assert whole["version"] == 3
    assert whole["status"] in {"pass", "fail", "error"}
    assert len(text.encode()) <= 500_000
    if whole["status"] == "error":
        assert whole["message"]
        assert len(whole["message"]) <= 65_535
    for test in whole["tests"]:
        assert test["name"]
        assert test["status"] in {"pass", "fail", "error"}
        assert test["status"] == "pass" or test["message"]
        assert len(test["output"]) <= 500
    return whole


def test_exercism_tells_passed_failed_and_error_apart():
    statuses = [
        check_exercism(as_exercism([one]))["status"] for one in (passed(), failed(), nobody_knows())
    ]
    assert statuses == ["pass", "fail", "error"]


@pytest.mark.parametrize("text", TEXTS)
def test_exercism_takes_whatever_a_learner_writes(text):
    check_exercism(as_exercism([hostile(text)]))


# -- all of them


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_a_report_steers_a_terminal(runner, name):
    written = FORMATS[name].write([hostile(STEERING)])
    written.encode()
    assert not {"\x1b", "\x00", "\x07", "\u202e", "\u2028"} & set(written)


@pytest.mark.parametrize("name", ["gradescope", "classroom50", "exercism"])
def test_one_file_each_where_a_format_holds_one_learner(runner, name, tmp_path):
    with pytest.raises(UsageError, match="one learner"):
        FORMATS[name].whole([failed(), nobody_knows()])
    files = dict(FORMATS[name].files([failed(), nobody_knows(), hostile("../../x")], tmp_path))
    assert {path.parent for path in files} == {tmp_path}
    assert len(files) == (3 if name == "exercism" else 2)  # no zero for what nobody could judge
