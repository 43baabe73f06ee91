"""Grades as they come from a class in which some would like to own the gradebook."""

from dataclasses import replace

from course.model.grade import Grade, Graded, Learner
from course.model.verdict import TestResult

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"]
STEERING = "\x1b]52;c;aGk=\x07\x00\x1b[2J\u202efdp\u2028<b>&]]>--# \\ ```\ud800 {{7*7}}\n1..0\nok 1"
TESTS = (
    TestResult("test_one", "One is one", "passed", points=1, seconds=0.25),
    TestResult("test_two", "Two # is \\ two", "failed", "expected 2, got 3", "Add.", 0.5, 3),
)
HONEST = Grade(
    learner=Learner("jdoe", "Doe, Jane", "jane.doe@example.org", (("ID", "12345"),)),
    exercise="counting/add",
    title="Write the counter",
    outcome="failed",
    why="1 of 2 tests failed.",
    max_score=4.0,
    score=1.0,
    isolation="container",
    seed=7,
    place="jdoe",
    submission="ab" * 32,
    tests_digest="cd" * 32,
    image="sha256:ef",
    tool="scalability-course 0.1.0",
    tests=TESTS,
    output="printed",
    receipt="12" * 32,
)


def graded(grade: Grade) -> Graded:
    """As it comes from the book."""
    return Graded(grade, seconds=1.5)


def passed() -> Graded:
    """Everything right."""
    tests = tuple(replace(test, outcome="passed", message="") for test in TESTS)
    words = "All 2 tests passed."
    return graded(replace(HONEST, outcome="passed", why=words, score=4.0, tests=tests))


def failed() -> Graded:
    """One of two."""
    return graded(HONEST)


def nobody_knows() -> Graded:
    """Nobody could judge."""
    lost = replace(HONEST, outcome="error", why="The sandbox was lost.", score=None, tests=())
    return graded(replace(lost, learner=Learner("lost")))


def hostile(text: str) -> Graded:
    """The same text wherever a learner decides what stands there."""
    tests = (replace(TESTS[1], message=text, title=text, hint=text),)
    learner = Learner(text, text, text, (("ID", text), ("Section", text)))
    return graded(replace(HONEST, learner=learner, why=text, tests=tests, output=text))
