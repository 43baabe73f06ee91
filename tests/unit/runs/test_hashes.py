"""The order of a set follows from a check's seed, wherever the learner's code runs."""

import contextlib
from collections.abc import Iterator

import pytest

from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

EXERCISE = honest_exercise()
TELLER = b"""
import subprocess, sys
print(hash("here"), *{"a", "b", "c", "d", "e"}, flush=True)
subprocess.run([sys.executable, "-c", "print(hash('here'), *{'a', 'b', 'c', 'd', 'e'})"])
"""


@pytest.fixture(scope="module")
def checks() -> Iterator[Checks]:
    judge = PytestJudge()
    with contextlib.closing(judge), contextlib.closing(Checks(Chooser("embedded"), judge)) as found:
        yield found


def test_the_same_seed_gives_the_same_hashes_in_a_submission_and_in_what_it_starts(checks):
    told = [checks.check(EXERCISE, TELLER, seed=seed).output for seed in (3, 3, 4)]
    assert told[0] == told[1] != told[2]
    lines = told[0].split()
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]


def test_a_check_with_a_seed_of_its_own_says_with_what_its_hashes_come_again(checks):
    first = checks.check(EXERCISE, TELLER)
    second = checks.check(EXERCISE, TELLER)  # in the sandbox that was opened ahead
    assert first.seed != second.seed
    assert checks.check(EXERCISE, TELLER, seed=second.seed).output == second.output


def test_no_sandbox_is_opened_ahead_for_a_seed_that_will_not_come_again():
    opened: list[int | None] = []

    class Counting(Chooser):
        def open_for_check(self, exercise, seed=None):
            opened.append(seed)
            return super().open_for_check(exercise, seed)

    judge = PytestJudge()
    checks = Checks(Counting("embedded"), judge)
    with contextlib.closing(judge), contextlib.closing(checks):
        for seed in (1, 2, 3, 3, 3):
            checks.check(EXERCISE, TELLER, seed=seed)
    assert opened.count(1) <= 2
    assert opened.count(2) == 1
    assert opened.count(3) == 4  # two are judged before it is plain that more may come
