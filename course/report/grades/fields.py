"""What formats share: cleaned text, numbers as gradebooks want them, learners with their work."""

import re
from collections.abc import Sequence
from itertools import groupby

from course.model.grade import Grade, Graded
from course.model.untrusted import clean, clean_line

MESSAGE_LIMIT = 4_000
# What a spreadsheet takes for the start of a formula, also as its full-width twin.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def cell(text: str) -> str:
    """Text for a spreadsheet's cell: one line, and never a formula."""
    raw = text.lstrip(" ")
    shown = clean_line(text, MESSAGE_LIMIT)
    if _NUMBER.fullmatch(shown):
        return shown
    return f"'{shown}" if raw.startswith(FORMULA) or shown.startswith(FORMULA) else shown


def number(value: float | None) -> str:
    """A score without needless digits; empty where there is none."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def message(text: str) -> str:
    """A message that may have several lines."""
    return clean(text, MESSAGE_LIMIT)


def by_learner(graded: Sequence[Graded]) -> list[tuple[str, list[Graded]]]:
    """Each learner with all grades, in the order in which learners first appear."""
    order = {one.grade.learner.id: place for place, one in reversed(list(enumerate(graded)))}
    ordered = sorted(graded, key=lambda one: order[one.grade.learner.id])
    return [
        (learner, list(own)) for learner, own in groupby(ordered, lambda one: one.grade.learner.id)
    ]


def feedback(grades: Sequence[Grade]) -> str:
    """What a gradebook's comment says."""
    if len(grades) == 1:
        return said(grades[0])
    return " · ".join(f"{grade.exercise}: {said(grade)}" for grade in grades)


def said(grade: Grade) -> str:
    """One sentence about a grade."""
    if grade.outcome == "error":
        return f"Could not be judged, which is not the learner's fault. {grade.why}"
    if not grade.tests or grade.outcome == "failed":
        return grade.why
    return f"{grade.passed} of {len(grade.tests)} checks passed"
