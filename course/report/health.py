"""What works here, and the fix for what does not."""

from collections.abc import Iterator, Sequence

from course.model.health import Finding
from course.model.json import Fields
from course.model.untrusted import clean_line
from course.report.lines import wrapped

VERSION = 1
MARKS = {"ok": "✓", "note": "-", "problem": "✗"}


def health_lines(findings: Sequence[Finding], width: int) -> Iterator[str]:
    """A line for each thing, and its fix below it."""
    for finding in findings:
        text = f"{MARKS[finding.outcome]} {finding.name}: {clean_line(finding.detail)}"
        first, *rest = wrapped(text, width)
        yield first
        yield from (f"  {line}" for line in rest)
        if finding.fix:
            yield from wrapped(finding.fix, width, "    ")


def health_json(findings: Sequence[Finding]) -> Fields:
    """The same as one object."""
    return {
        "version": VERSION,
        "checks": [
            {
                "name": finding.name,
                "outcome": finding.outcome,
                "detail": clean_line(finding.detail),
                "fix": finding.fix,
            }
            for finding in findings
        ],
    }
