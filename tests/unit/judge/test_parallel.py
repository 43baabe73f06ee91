"""Several runs share an exercise's tests: each test is run once, and one verdict comes of them."""

import threading

import pytest

from course.judge.follow import Turns
from tests.unit.judge.conftest import Answers

FOUR = """
@pytest.mark.parametrize("n", [1, 2, 3])
def test_each(submission, n):
    assert submission.call("tell", n) == n, f"not {n}"

def test_another(submission):
    assert submission.call("tell", 4) == 4, "not 4"
"""
BOUND = 10.0


class Meeting(Answers):
    """Answers when so many others are asked at the same time."""

    def __init__(self, barrier: threading.Barrier, **functions) -> None:
        super().__init__(**functions)
        self._barrier = barrier

    def ask(self, command, arguments):
        if command == "call":
            self._barrier.wait(BOUND)
        return super().ask(command, arguments)


def told(submissions):
    return [one.asked.count("call") for one in submissions]


def test_tests_run_at_a_time_and_each_is_run_once(judge, exercise):
    barrier = threading.Barrier(2)  # it breaks, and the run with it, unless two come at a time
    submissions = [Meeting(barrier, tell=lambda n: n) for _ in range(2)]
    verdict = judge.run(exercise(FOUR), *submissions, seed=1)
    assert (verdict.outcome, verdict.why) == ("passed", "All 2 tests of lesson/it passed.")
    assert told(submissions) == [2, 2]


def test_a_failure_beside_one_submission_fails_that_test_and_no_other(judge, exercise):
    submissions = [Answers(tell=lambda n: n % 4) for _ in range(3)]
    verdict = judge.run(exercise(FOUR), *submissions, seed=1)
    assert verdict.outcome == "failed"
    assert [(test.name, test.outcome, test.message) for test in verdict.tests] == [
        ("test_each", "passed", ""),
        ("test_another", "failed", "not 4"),
    ]


def test_more_runs_than_tests_end_well(judge, exercise):
    submissions = [Answers(tell=lambda n: n) for _ in range(6)]
    assert judge.run(exercise(FOUR), *submissions, seed=1).outcome == "passed"
    assert sum(told(submissions)) == 4


def test_a_run_that_breaks_off_leaves_no_verdict_for_its_test(judge, exercise):
    tests = """
import os

def test_dies():
    os._exit(3)

def test_lives(submission):
    assert submission.call("tell", 1) == 1
"""
    verdict = judge.run(exercise(tests), *[Answers(tell=lambda n: n)] * 2, seed=1)
    assert verdict.outcome == "error"
    assert {test.name: test.outcome for test in verdict.tests}["test_dies"] == "error"


def test_what_a_test_makes_for_its_module_is_made_by_each_run(judge, exercise):
    tests = """
@pytest.fixture(scope="module")
def known():
    return []

def test_one(known):
    known.append(1)
    assert known == [1]

def test_two(known):
    known.append(2)
    assert known == [2]
"""
    assert judge.run(exercise(tests), Answers(), Answers(), seed=1).outcome == "passed"


@pytest.mark.parametrize("known", [{}, {"a": 1.0}, {"a": 1.0, "b": 2.0, "c": 0.5}])
def test_every_turn_is_given_once(known):
    turns = Turns(known)
    given = [turns.next(["a", "b", "c"]) for _ in range(5)]
    assert sorted(given[:3]) == ["a", "b", "c"]
    assert given[3:] == [None, None]
    if len(known) == 3:
        assert given[:3] == ["b", "a", "c"]
