"""CSVs that gradebooks import: Canvas and Moodle. One row per learner; an empty cell for `error`.

Moodle gets a feedback column beside each grade, since it loses what is there where one is missing.
"""

import csv
import io
from collections.abc import Sequence

from course.model.grade import Grade, Graded, Learner
from course.report.grades.fields import by_learner, cell, feedback, number

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Email address", "ID number")


def as_canvas(graded: Sequence[Graded], column: str = "") -> str:
    """Columns of the roster as they were exported, and one for each assignment."""
    names = _names(graded, column)
    rows = [[*CANVAS, *map(cell, names)]]
    for _, own in by_learner(graded):
        learner = own[0].grade.learner
        told = [_canvas(learner, name) for name in CANVAS]
        marks = [_mark(_of(own, name, column)) for name in names]
        rows.append([*map(cell, told), *marks])
    return _written(rows)


def as_moodle(graded: Sequence[Graded], column: str = "") -> str:
    """Who it is, and grade and feedback for each item."""
    names = _names(graded, column)
    header = [part for name in names for part in (cell(name), cell(f"Feedback: {name}"))]
    rows = [[*MOODLE, *header]]
    for _, own in by_learner(graded):
        learner = own[0].grade.learner
        row = [cell(_email(learner)), cell(_id_number(learner))]
        for name in names:
            grades = _of(own, name, column)
            row += [_mark(grades), cell(feedback(grades))]
        rows.append(row)
    return _written(rows)


def _names(graded: Sequence[Graded], column: str) -> list[str]:
    return [column] if column else list(dict.fromkeys(one.grade.title for one in graded))


def _of(own: Sequence[Graded], name: str, column: str) -> list[Grade]:
    return [one.grade for one in own if column or one.grade.title == name]


def _mark(grades: Sequence[Grade]) -> str:
    scores = [grade.score for grade in grades]
    if not scores or None in scores:
        return ""
    return number(sum(score for score in scores if score is not None))


def _canvas(learner: Learner, name: str) -> str:
    own = {"Student": learner.name or learner.id, "SIS Login ID": learner.id}
    return learner.column(name) or own.get(name, "")


def _email(learner: Learner) -> str:
    return (
        learner.email
        or learner.column("email address")
        or (learner.id if "@" in learner.id else "")
    )


def _id_number(learner: Learner) -> str:
    return learner.column("id number") or ("" if "@" in learner.id else learner.id)


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
