"""Our own formats: `json` (one object), `jsonl` (one object per grade) and `csv`.

They carry nothing that differs between two runs on the same work, so they are the same bytes.
"""

import csv
import io
import json
from collections.abc import Sequence

from course.model.grade import Grade, Graded
from course.model.json import Fields
from course.model.untrusted import clean, clean_line
from course.model.verdict import TestResult
from course.report.grades.fields import cell, number

VERSION = 1
COLUMNS = ("learner", "name", "email", "exercise", "outcome", "score", "max_score", "passed",
           "tests", "why", "isolation", "seed", "submission_sha256", "tests_sha256", "image",
           "tool", "receipt_sha256")  # fmt: skip


def as_json(graded: Sequence[Graded]) -> str:
    """One object with a summary and every grade."""
    grades = [one.grade for one in graded]
    outcomes: Fields = {
        name: sum(grade.outcome == name for grade in grades)
        for name in ("passed", "failed", "error")
    }
    whole: Fields = {
        "version": VERSION,
        "summary": outcomes,
        "grades": [grade_json(grade) for grade in grades],
    }
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def as_lines(graded: Sequence[Graded]) -> str:
    """One object per line and grade."""
    return "".join(json.dumps(grade_json(one.grade), allow_nan=False) + "\n" for one in graded)


def as_csv(graded: Sequence[Graded]) -> str:
    """One row per grade."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in graded:
        writer.writerow(_row(one.grade))
    return text.getvalue()


def grade_json(grade: Grade) -> Fields:
    """Everything of a grade."""
    return {
        "version": VERSION,
        "learner": clean_line(grade.learner.id),
        "name": clean_line(grade.learner.name),
        "email": clean_line(grade.learner.email),
        "exercise": grade.exercise,
        "title": clean_line(grade.title),
        "outcome": grade.outcome,
        "why": clean_line(grade.why),
        "score": grade.score,
        "max_score": grade.max_score,
        "tests": [_test(test) for test in grade.tests],
        "output": clean(grade.output),
        "isolation": grade.isolation,
        "seed": grade.seed,
        "submission_sha256": grade.submission,
        "tests_sha256": grade.tests_digest,
        "image": grade.image,
        "tool": grade.tool,
        "receipt_sha256": grade.receipt,
    }


def _test(test: TestResult) -> Fields:
    return {
        "name": clean_line(test.name),
        "title": clean_line(test.title),
        "outcome": test.outcome,
        "message": clean(test.message),
        "hint": clean(test.hint),
        "points": test.points,
    }


def _row(grade: Grade) -> list[str]:
    learner = grade.learner
    return [
        *map(cell, (learner.id, learner.name, learner.email, grade.exercise, grade.outcome)),
        number(grade.score),
        number(grade.max_score),
        str(grade.passed),
        str(len(grade.tests)),
        cell(grade.why),
        grade.isolation,
        str(grade.seed),
        grade.submission,
        grade.tests_digest,
        cell(grade.image),
        cell(grade.tool),
        grade.receipt,
    ]
