"""Classroom 50's `result.json`, schema `classroom50/result/v1`.

The contract is the table "The result.json contract" in its wiki page Advanced-Autograding, and
`validate_result` of its runner: scores are whole numbers that are not negative, no score is above
its maximum, every text of the envelope is filled, `submission` begins with `submit/`. The runner
gives an autograder the envelope in its environment, and stamps owner and type itself.
"""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from course.errors import UsageError
from course.model.grade import Grade, Graded, earned
from course.model.json import JSON, Fields
from course.model.untrusted import clean_line
from course.report.grades.fields import message

SCHEMA = "classroom50/result/v1"
ENVELOPE = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}


def as_classroom50(graded: Sequence[Graded]) -> str:
    """The work of one learner, in the environment that its runner gives."""
    result = _envelope(os.environ, [one.grade for one in graded])
    tests = [test for one in graded for test in _tests(one.grade, len(graded) > 1)]
    result["score"] = sum(int(str(test["score"])) for test in tests)
    result["max-score"] = sum(int(str(test["max-score"])) for test in tests)
    result["tests"] = list[JSON](tests)
    return json.dumps(result, indent=2, allow_nan=False) + "\n"


def _envelope(environ: Mapping[str, str], grades: Sequence[Grade]) -> Fields:
    found: Fields = {"schema": SCHEMA}
    for field, variable in ENVELOPE.items():
        given = environ.get(variable, "")
        if field == "owner":
            given = given or environ.get("USERNAME", "") or grades[0].learner.id
        if not given:
            raise UsageError(
                f"Classroom 50's runner sets {variable}, and here it is not set.",
                "Run this from its autograder.py, or choose another --format.",
            )
        found[field] = clean_line(given)
    found["assignment_type"] = environ.get("ASSIGNMENT_TYPE") or "individual"
    found["review"] = clean_line(environ.get("REVIEW_URL") or str(found["commit"]))
    found["datetime"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return found


def _tests(grade: Grade, with_exercise: bool) -> list[Fields]:
    """Each test with its points; a single one where none was run."""
    prefix = f"{grade.exercise}: " if with_exercise else ""
    if not grade.tests:
        whole = f"{prefix}{clean_line(grade.why) or grade.outcome}"
        return [_test(whole, 0, round(grade.max_score), is_passed=False, words="")]
    scores = earned(grade.outcome, grade.rows)
    return [
        _test(
            f"{prefix}{clean_line(test.title) or clean_line(test.name)}",
            score,
            test.points,
            is_passed=test.outcome == "passed",
            words=message(test.message),
        )
        for test, score in zip(grade.rows, scores, strict=True)
    ]


def _test(name: str, score: int, most: int, *, is_passed: bool, words: str) -> Fields:
    return {
        "test-name": name,
        "passed": is_passed,
        "score": score,
        "max-score": most,
        "message": words,
    }
