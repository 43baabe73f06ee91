"""TAP 14: one line per test, what went wrong in a YAML block."""

import json
from collections.abc import Iterator, Sequence

from course.model.grade import Grade, Graded
from course.model.untrusted import clean_line
from course.model.verdict import TestResult
from course.report.grades.fields import message


def as_tap(graded: Sequence[Graded]) -> str:
    """All tests of all grades."""
    pairs = [(one.grade, test) for one in graded for test in one.grade.rows]
    lines = ["TAP version 14", f"1..{len(pairs)}"]
    for number, (grade, test) in enumerate(pairs, start=1):
        lines += _point(number, grade, test)
    return "\n".join(lines) + "\n"


def _point(number: int, grade: Grade, test: TestResult) -> Iterator[str]:
    mark = "ok" if test.outcome == "passed" else "not ok"
    words = f"{grade.learner.id} / {grade.exercise} / {test.title or test.name}"
    yield f"{mark} {number} - {_escaped(words)}"
    if test.outcome != "passed":
        yield "  ---"
        # A JSON string is a YAML string, whatever is in it.
        yield f"  message: {json.dumps(message(test.message or grade.why))}"
        yield f"  severity: {'fail' if test.outcome == 'failed' else 'error'}"
        yield "  ..."


def _escaped(text: str) -> str:
    r"""A description: `\` and `#` would be read as something else."""
    return clean_line(text).replace("\\", "\\\\").replace("#", "\\#")
