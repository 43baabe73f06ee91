"""Checks whose tests run in parallel: a sandbox each, and alone where the machine is crowded."""

import contextlib
from dataclasses import replace

import pytest

from course.errors import SandboxLost
from course.runs.checks import Checks
from tests.unit.runs.test_checks import EXERCISE, HONEST, Judge, Sandboxes, Session


class Crowded(Session):
    """A rig's sandbox in which somebody waited for a processor all the time."""

    def __init__(self, *, at_first: float = 0.0) -> None:
        super().__init__()
        self._seconds = iter([at_first, 10.0, 20.0, 30.0, 40.0])

    def request(self, command, *, seconds, **arguments):
        if command == "ping":
            now = next(self._seconds)
            times = {"awake": now, "late": 0.0, "spent": 0.0, "crowded": now}
            return {"alive": True, "foreign": [], **times}
        return super().request(command, seconds=seconds, **arguments)


def in_parallel(judge, *sessions, **changes):
    changes = {"parallel": 3, "rig": EXERCISE.folder / "answer.py", **changes}
    checks = Checks(Sandboxes(*sessions), judge, ahead=False, parallel=True)
    with contextlib.closing(checks):
        return checks.check(replace(EXERCISE, **changes), HONEST, seed=7)


def test_tests_that_run_in_parallel_have_a_sandbox_each():
    sessions, judge = [Session() for _ in range(3)], Judge()
    assert in_parallel(judge, *sessions).outcome == "passed"
    assert judge.beside == [3]
    assert all(session.is_closed for session in sessions)


def test_a_failure_in_parallel_on_a_crowded_machine_is_looked_at_again_alone():
    judge = Judge("failed")
    in_parallel(judge, Crowded(), Session(), Session(), Session())
    assert judge.beside == [3, 1]
    calm = Judge("failed")
    in_parallel(calm, Session(), Session(), Session())
    assert calm.beside == [3]


def test_an_error_in_parallel_is_looked_at_again_alone():
    lost = Session(submit=SandboxLost("The engine had too much to do."))
    assert in_parallel(Judge(), Session(), lost, Session(), Session()).outcome == "passed"


def test_an_error_in_parallel_stands_where_no_sandbox_can_be_had():
    class Silent(Sandboxes):
        def answers(self):
            return False

    lost = Session(submit=SandboxLost("The engine is frozen."))
    checks = Checks(Silent(Session(), lost, Session()), Judge(), ahead=False, parallel=True)
    with contextlib.closing(checks):
        verdict = checks.check(replace(EXERCISE, parallel=3), HONEST)
    assert verdict.outcome == "error"
    assert "frozen" in verdict.why


def test_a_sandbox_that_does_not_open_takes_its_neighbours_with_it():
    class Full(Sandboxes):
        def open_for_check(self, exercise, seed=None):
            session = super().open_for_check(exercise, seed)
            if session is None:
                raise SandboxLost("There is no room for another one.")
            return session

    first, third = Session(), Session()
    checks = Checks(Full(first, None, third), Judge(), ahead=False, parallel=True)
    with contextlib.closing(checks), pytest.raises(SandboxLost):
        checks.check(replace(EXERCISE, parallel=3), HONEST)
    assert first.is_closed
    assert third.is_closed


def test_in_parallel_nobody_has_more_processor_time_than_alone():
    asked = Judge("passed", ("call", {"function": "f", "args": [], "kwargs": {}, "nonce": "n"}))
    spent = EXERCISE.seconds * 0.4
    sessions = [Session(call={"value": 1, "nonce": "n", "spent": spent}) for _ in range(3)]
    verdict = in_parallel(asked, *sessions, rig=None)
    assert (verdict.outcome, verdict.why[:12]) == ("failed", "All together")
