"""Exercism's `results.json`, version 3."""

import json
from collections.abc import Sequence

from course.model.grade import Grade, Graded
from course.model.json import Fields
from course.model.untrusted import clean, clean_line
from course.model.verdict import TestResult

VERSION = 3
MESSAGE_LIMIT, OUTPUT_LIMIT = 65_535, 500  # characters, as its interface says
STATUS = {"passed": "pass", "failed": "fail", "error": "error"}


def as_exercism(graded: Sequence[Graded]) -> str:
    """The work of one learner."""
    grades = [one.grade for one in graded]
    tests = [_test(test, number) for number, test in enumerate(_all(grades), start=1)]
    whole: Fields = {"version": VERSION, "status": _status(grades), "message": None, "tests": []}
    if any(grade.tests for grade in grades) and whole["status"] != "error":
        whole["tests"] = [*tests]
    else:  # nothing ran, or nobody could judge: then there is a message and no tests
        whole["status"] = "error"
        whole["message"] = clean("\n".join(grade.why for grade in grades), MESSAGE_LIMIT)
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def _status(grades: Sequence[Grade]) -> str:
    outcomes = {grade.outcome for grade in grades}
    worst = "error" if "error" in outcomes else "failed" if "failed" in outcomes else "passed"
    return STATUS[worst]


def _all(grades: Sequence[Grade]) -> list[TestResult]:
    return [test for grade in grades for test in grade.rows]


def _test(test: TestResult, number: int) -> Fields:
    told: Fields = {
        "name": clean_line(test.title or test.name),
        "status": STATUS[test.outcome],
        "task_id": number,
        "test_code": "",
        "output": "",
    }
    if test.outcome != "passed":
        told["message"] = clean(test.message, MESSAGE_LIMIT) or "It failed."
        told["output"] = clean_line(test.hint, OUTPUT_LIMIT)
    return told
