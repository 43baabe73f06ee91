"""JUnit XML as pytest writes it: a suite for each learner and exercise."""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from course.model.grade import Grade, Graded
from course.model.untrusted import clean_line
from course.model.verdict import TestResult
from course.report.grades.fields import message

# Everything that XML 1.0 cannot hold, in case it is no control character that clean() shows.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(graded: Sequence[Graded]) -> str:
    """All suites in one file."""
    suites = Element("testsuites", name="course grade")
    for one in graded:
        _suite(suites, one)
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, "unicode") + "\n"


def _suite(suites: Element, graded: Graded) -> None:
    grade = graded.grade
    tests = grade.rows
    suite = SubElement(
        suites,
        "testsuite",
        name=_legal(f"{clean_line(grade.learner.id)} {grade.exercise}"),
        errors=str(sum(test.outcome == "error" for test in tests)),
        failures=str(sum(test.outcome == "failed" for test in tests)),
        skipped="0",
        tests=str(len(tests)),
        time=f"{graded.seconds:.3f}",
    )
    for test in tests:
        _case(suite, grade, test)


def _case(suite: Element, grade: Grade, test: TestResult) -> None:
    owner = f"{grade.exercise.replace('/', '.')}.{clean_line(grade.learner.id)}"
    case = SubElement(
        suite,
        "testcase",
        classname=_legal(owner),
        name=_legal(clean_line(test.name)),
        time=f"{test.seconds:.3f}",
    )
    if test.outcome != "passed":
        text = _legal(message(test.message or grade.why))
        kind = "failure" if test.outcome == "failed" else "error"
        SubElement(case, kind, message=_legal(clean_line(text))).text = text


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda found: f"#x{ord(found.group()):02X}", text)
