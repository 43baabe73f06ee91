"""An error that a person can act on, as lines."""

from collections.abc import Iterator

from course.errors import CourseError
from course.model.untrusted import clean
from course.report.lines import wrapped

EVIDENCE_LINES = 20


def failure_lines(error: CourseError, width: int) -> Iterator[str]:
    """What happened, what to do next, and what shows it."""
    yield from wrapped(f"course: {error.summary}", width)
    if error.hint:
        yield from wrapped(error.hint, width, "  ")
    if error.evidence:
        shown = clean(error.evidence).strip("\n").split("\n")[-EVIDENCE_LINES:]
        yield from (f"  | {line}" for line in shown)
