"""Gradescope's `results.json`; every text is declared as text, so that no markup is drawn."""

import json
from collections.abc import Sequence

from course.model.grade import Grade, Graded
from course.model.json import JSON, Fields
from course.model.untrusted import clean_line
from course.model.verdict import TestResult
from course.report.grades.fields import feedback, message


def as_gradescope(graded: Sequence[Graded]) -> str:
    """The work of one learner."""
    grades = [one.grade for one in graded]
    scores = [grade.score for grade in grades]
    results: Fields = {
        "score": sum(score for score in scores if score is not None),
        "execution_time": round(sum(one.seconds for one in graded)),
        "output": message(feedback(grades)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": [test for grade in grades for test in _tests(grade, len(grades) > 1)],
        "extra_data": {
            "grades": [
                {
                    "exercise": grade.exercise,
                    "outcome": grade.outcome,
                    "seed": grade.seed,
                    "isolation": grade.isolation,
                    "submission_sha256": grade.submission,
                    "receipt_sha256": grade.receipt,
                }
                for grade in grades
            ]
        },
    }
    if None in scores:  # without it Gradescope says that nobody could judge
        del results["score"]
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def _tests(grade: Grade, with_exercise: bool) -> list[JSON]:
    prefix = f"{grade.exercise}: " if with_exercise else ""
    return [
        _test(f"{prefix}{clean_line(test.title or test.name)}", str(number), test)
        for number, test in enumerate(grade.rows, start=1)
    ]


def _test(name: str, number: str, test: TestResult) -> Fields:
    words = [test.message, f"Hint: {test.hint}" if test.hint else ""]
    return {
        "name": name,
        "number": number,
        "status": "passed" if test.outcome == "passed" else "failed",
        "output": message("\n".join(filter(None, words))),
        "output_format": "text",
        "name_format": "text",
        "visibility": "visible",
        "extra_data": {"outcome": test.outcome, "points": test.points},
    }
