"""Whose time a run of the tests takes: the tests' own, never that of waiting for the sandbox."""

import time

from tests.unit.judge.conftest import Answers


def test_tests_that_do_not_end_are_given_up_and_are_nobody_elses_fault(run):
    started = time.monotonic()
    loops = "def test_it():\n    while True:\n        pass"
    verdict = run(f"{loops}\n\n\ndef test_more():\n    pass", seconds=0.5)
    assert time.monotonic() - started < 3 * 0.5 + 2 + 3
    assert verdict.outcome == "error", verdict


def test_waiting_for_the_sandbox_is_not_the_learners_time(run):
    frozen = Answers(f=lambda: time.sleep(3))  # longer than all that the exercise has
    tests = 'def test_it(submission):\n    assert submission.call("f") is None'
    assert run(tests, frozen, seconds=0.2).outcome == "passed"


def test_the_processor_time_of_a_call_is_what_the_agent_says(run):
    tests = (
        "def test_it(submission):\n    submission.call('f')\n"
        "    assert submission.spent == 0.25, str(submission.spent)"
    )
    assert run(tests, Answers(f=lambda: None)).outcome == "passed"
