"""What must become of the answers kept with an exercise, and what is said when it does not."""

import pytest

from course.content.catalog import read_lesson
from course.content.scaffold import new_lesson
from course.model.verdict import TestResult, Verdict
from course.runs.verify.answers import answers
from course.runs.verify.effort import Effort
from course.runs.verify.trials import Trial, Trials

WHY = "1 of 3 tests failed."


@pytest.fixture
def exercise(tmp_path):
    (found,) = read_lesson(new_lesson(tmp_path, "back-pressure")).lesson.exercises
    return found


class Verdicts:
    """A checker that gives the verdicts it was told to, by seed."""

    def __init__(self, *verdicts):
        self.verdicts = verdicts

    def check(self, _exercise, _files, *, seed=None, alone=False):
        return self.verdicts[(seed or 1) - 1]

    def close(self):
        pass


def verdict(outcome, test="", message="", why=WHY):
    tests = (TestResult(test, "", "failed", message),) if test else ()
    return Verdict("x", outcome, why, tests)


def prove(exercise, trial, *verdicts):
    trials = Trials(lambda: Verdicts(*verdicts), 1)
    try:
        (proof,) = trials.prove(exercise, [trial], "embedded")
    finally:
        trials.close()
    return proof


def mutant(exercise, name, **changes):
    effort = Effort(**changes)
    return next(one for one in answers(exercise, effort) if one.name == f"mutant {name}")


def test_every_answer_of_the_folder_is_held_to_what_must_become_of_it(exercise):
    effort = Effort(parts=frozenset({"answers"}))
    trials = {one.name: one.expected for one in answers(exercise, effort)}
    assert trials["solution"] == trials["right recursive"] == "passed"
    assert trials["starter"] == trials["mutant swallows"] == "failed"
    assert trials["cheat hides_calls"] == "failed"


def test_a_quick_look_leaves_wrong_answers_out(exercise):
    names = [one.name for one in answers(exercise, Effort(with_mutants=False))]
    assert names == ["starter", "solution", "right recursive"]


def test_a_thorough_one_takes_twenty_seeds_for_functions_and_its_claim_says_so(exercise):
    trial = mutant(exercise, "swallows", thorough=True)
    assert list(trial.seeds) == list(range(1, 21))
    assert trial.claim == "mutant swallows fails (seeds 1 to 20)"
    assert list(mutant(exercise, "swallows", thorough=True, seed=7).seeds) == [7]


def test_a_mutant_must_fail_in_a_test_of_its_rule(exercise):
    trial = mutant(exercise, "swallows")
    seen = verdict("failed", "test_it_gives_up_with_the_last_error", "it came to None")
    elsewhere = verdict("failed", "test_no_tries_is_an_error", "it came to None")
    assert prove(exercise, trial, seen).holds
    assert prove(exercise, trial, elsewhere).evidence == (
        "seed 1: it failed, but in no test of the rule it breaks: test_no_tries_is_an_error"
    )


@pytest.mark.parametrize(
    "message",
    ["play() raised NameError: name 'left' is not defined", "there is no function 'play' in it"],
)
def test_a_slip_is_no_mutant(exercise, message):
    trial = mutant(exercise, "swallows")
    slip = verdict("failed", "test_it_gives_up_with_the_last_error", message)
    assert prove(exercise, trial, slip).evidence == f"seed 1: no assertion saw it: {message}"


def test_a_mutant_and_a_starter_must_load(exercise):
    broken = verdict("failed", "test_x", "does not", "retry.py does not load: invalid syntax")
    for trial in (mutant(exercise, "swallows"), next(answers(exercise, Effort()))):
        assert "it does not load or start: retry.py" in prove(exercise, trial, broken).evidence


def test_the_seeds_that_failed_are_named_for_each_reason(exercise):
    trial = Trial("solution", b"", "passed", (1, 2, 3, 4))
    wrong, right = verdict("failed", "test_a", "off by one"), verdict("passed", why="All passed.")
    proof = prove(exercise, trial, wrong, right, wrong, verdict("error", why="The judge broke."))
    assert not proof.holds
    assert proof.evidence.splitlines() == [
        "seed 1, 3: it failed: 1 of 3 tests failed. test_a: off by one",
        "seed 4: it ended in an error: The judge broke.",
    ]
    assert proof.checks == 4
