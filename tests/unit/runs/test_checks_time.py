"""Whose time a rig takes: the agent's own clock says so, and nobody else's."""

import pytest

from course.errors import MachineBusy, SandboxLost, SubmissionRefused
from tests.unit.runs.test_checks import EXERCISE, Judge, Session, check


def test_a_rig_that_takes_too_long_with_the_submission_is_not_a_lost_sandbox():
    assert asked_while_no_answer_comes(SubmissionRefused, awake=2.0) == "failed"


def test_a_rig_that_was_not_run_meanwhile_is_not_blamed_on_the_submission():
    """The engine was frozen, or everything had to wait for a processor."""
    assert asked_while_no_answer_comes(MachineBusy, awake=0.1) == "failed"


def asked_while_no_answer_comes(error, awake):
    """What a judge is told that fires a trigger, while the agent's clock goes on by so much."""

    class Slow(Session):
        clock = 0.0

        def request(self, command, *, seconds, **arguments):
            if command == "fire":
                self.clock += awake
                raise SandboxLost("did not answer")
            if command == "ping":
                return {"alive": True, "foreign": [], "awake": self.clock}
            return super().request(command, seconds=seconds, **arguments)

    class Curious(Judge):
        def run(self, exercise, submission, *, seed):
            with pytest.raises(error):
                submission.ask("fire", {"trigger": "go", "params": {}})
            return super().run(exercise, submission, seed=seed)

    return check(Slow(), Curious("failed"), seconds=1.0).outcome


@pytest.mark.parametrize(
    ("late", "spent", "outcome"), [(5.0, 0.1, "error"), (0.1, 0.1, "failed"), (5.0, 9.0, "failed")]
)
def test_what_a_rig_saw_on_a_starved_machine_is_no_verdict(late, spent, outcome):
    """Unless it was the submission that took the time from everybody."""
    rig = EXERCISE.folder / "answer.py"  # any file
    alive = {"alive": True, "foreign": [], "awake": 10.0, "late": late, "spent": spent}
    assert check(Session(ping=alive), Judge("failed"), rig=rig).outcome == outcome


def test_a_file_that_is_refused_at_once_is_refused_on_a_starved_machine_too():
    rig = EXERCISE.folder / "answer.py"  # any file
    alive = {"alive": True, "foreign": [], "awake": 10.0, "late": 9.0, "spent": 0.0}
    session = Session(ping=alive, open=SubmissionRefused("nginx: unknown directive"))
    verdict = check(session, Judge("failed"), rig=rig)
    assert (verdict.outcome, verdict.why) == ("failed", "nginx: unknown directive")


@pytest.mark.parametrize(
    ("began", "ended", "is_crowded"), [(100.0, 106.0, True), (100.0, 101.0, False), (0, 0, False)]
)
def test_a_failure_beside_a_rig_tells_of_a_crowded_machine(began, ended, is_crowded):
    rig = EXERCISE.folder / "answer.py"  # any file
    alive = {"alive": True, "foreign": [], "late": 0.0, "spent": 0.0}
    told = [{**alive, "awake": 1.0, "crowded": began}, {**alive, "awake": 11.0, "crowded": ended}]

    class Asked(Session):
        def request(self, command, *, seconds, **arguments):
            if command == "ping":
                return told.pop(0) if len(told) > 1 else told[0]
            return super().request(command, seconds=seconds, **arguments)

    assert check(Asked(), Judge("failed"), rig=rig).is_crowded == is_crowded
    assert not check(Asked(), Judge("passed"), rig=rig).is_crowded
