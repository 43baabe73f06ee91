"""A verdict as the learner reads it, and as a script does."""

from collections.abc import Iterator

from course.model.json import Fields
from course.model.untrusted import clean, clean_line
from course.model.verdict import TestResult, Verdict
from course.report.lines import wrapped

VERSION = 1
MARKS = {"passed": "✓", "failed": "✗", "error": "!"}
OUTPUT_LINES = 12  # of what the submission printed; all of it is in --json


def verdict_lines(verdict: Verdict, width: int) -> Iterator[str]:
    """Every test with its title, why it failed and what to think about next."""
    for test in verdict.tests:
        yield from _test(test, width)
    if verdict.tests:
        yield ""
    yield from wrapped(f"{verdict.exercise}: {verdict.outcome}. {verdict.why}", width)
    if verdict.outcome != "passed" and verdict.output.strip():
        yield ""
        yield "Your code printed:"
        printed = clean(verdict.output).strip("\n").split("\n")
        yield from (f"  {line[: width - 2]}" for line in printed[:OUTPUT_LINES])
        if len(printed) > OUTPUT_LINES:
            yield f"  … and {len(printed) - OUTPUT_LINES} lines more"


def verdict_json(verdict: Verdict) -> Fields:
    """One object, everything in it."""
    return {
        "version": VERSION,
        "exercise": verdict.exercise,
        "outcome": verdict.outcome,
        "why": clean_line(verdict.why),
        "tests": [_test_json(test) for test in verdict.tests],
        "output": clean(verdict.output),
        "sandbox": verdict.sandbox,
        "seed": verdict.seed,
        "seconds": round(verdict.seconds, 3),
    }


def _test(test: TestResult, width: int) -> Iterator[str]:
    title = clean_line(test.title or test.name)
    first, *rest = wrapped(f"{MARKS[test.outcome]} {test.outcome}: {title}", width)
    yield first
    yield from (f"  {line}" for line in rest)
    if test.outcome != "passed":
        yield from wrapped(test.message, width, "    ")
        if test.hint:
            yield from wrapped(f"Hint: {test.hint}", width, "    ")


def _test_json(test: TestResult) -> Fields:
    return {
        "name": clean_line(test.name),
        "title": clean_line(test.title),
        "outcome": test.outcome,
        "message": clean(test.message),
        "hint": clean(test.hint),
        "seconds": round(test.seconds, 3),
        "points": test.points,
    }
