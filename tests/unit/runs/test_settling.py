"""When the lesson is blamed, its own answer says whether it is to blame."""

import pytest

from course.errors import LessonError, SandboxLost
from course.model.verdict import TestResult, Verdict
from course.runs.checks import Checks
from tests.security.attack import honest_exercise
from tests.unit.runs.test_checks import Judge, Sandboxes, Session

EXERCISE = honest_exercise()


class Judges(Judge):
    """Comes to one outcome after the other."""

    def __init__(self, *outcomes: str) -> None:
        super().__init__()
        self.outcomes = list(outcomes)

    def run(self, exercise, submission, *, seed):
        outcome = self.outcomes.pop(0)
        tests = (TestResult("test_it", "It.", outcome, message="KeyError"),)
        return Verdict(exercise.slug, outcome, "Nobody could judge test_it.", tests, seed=seed)


def settled(judge: Judges, *sessions: Session, files=b"a file") -> Verdict:
    waiting = sessions or [Session() for _ in range(3)]
    checks = Checks(Sandboxes(*waiting), judge, ahead=False, settle=True)
    try:
        return checks.check(EXERCISE, files, seed=7)
    finally:
        checks.close()


def test_a_file_that_breaks_twice_what_the_courses_own_answer_passes_has_failed():
    judge = Judges("error", "passed", "error")
    verdict = settled(judge)
    assert (verdict.outcome, verdict.tests[0].outcome) == ("failed", "failed")
    assert "as they can with the course's own answer" in verdict.why
    assert "Nobody could judge test_it." in verdict.why
    assert judge.outcomes == []


@pytest.mark.parametrize("own", ["error", "failed"])
def test_where_the_courses_own_answer_does_not_pass_the_lesson_is_to_blame(own):
    assert settled(Judges("error", own)).outcome == "error"
    assert settled(Judges("error"), files=EXERCISE.solution).outcome == "error"


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_what_the_second_run_says_counts(outcome):
    assert settled(Judges("error", "passed", outcome)).outcome == outcome


def test_a_rig_that_breaks_while_it_starts_is_asked_about_too():
    broken = Session(submit=LessonError("KeyError"))
    verdict = settled(Judges("passed"), broken, Session(), broken)
    assert verdict.outcome == "failed"


def test_a_sandbox_that_is_lost_is_nobodys_fault_and_settles_nothing():
    assert settled(Judges("passed"), Session(submit=SandboxLost("gone"))).outcome == "error"
    lost = Session(call=SandboxLost("gone"))

    class Asks(Judges):
        def run(self, exercise, submission, *, seed):
            with pytest.raises(SandboxLost):
                submission.ask("call", {"function": "f", "args": [], "kwargs": {}, "nonce": "n"})
            return super().run(exercise, submission, seed=seed)

    assert settled(Asks("error"), lost).outcome == "error"
