"""A box whose last learner is not proved gone judges nobody else."""

from typing import cast

import pytest

from course.errors import SandboxLost
from course.runs.grading.fast import BatchSandboxes, FastSandboxes
from tests.security.attack import honest_exercise

EXERCISE = honest_exercise()


class Session:
    """Renews as it was told to; an exception is raised."""

    kind = "docker"

    def __init__(self, *renewals: object) -> None:
        self._renewals = list(renewals)
        self.is_closed = False

    def request(self, command: str, *, seconds: float, **arguments: object) -> object:
        if command != "renew":
            return {"alive": True}
        told = self._renewals.pop(0) if self._renewals else {"left": []}
        if isinstance(told, Exception):
            raise told
        return told

    def close(self) -> None:
        self.is_closed = True


class Sandboxes:
    def __init__(self, *sessions: Session) -> None:
        self._sessions = list(sessions)

    def open_for_batch(self, exercise: object, seed: int | None = None) -> Session:
        return self._sessions.pop(0)


@pytest.mark.parametrize(
    "renewal",
    [
        SandboxLost("processes of the submission survived SIGKILL"),
        {"left": ["/learners/x: File exists"]},
        {"left": ["shm 4"]},
    ],
)
def test_what_is_not_proved_gone_ends_the_box_and_not_the_verdict_of_the_next(renewal):
    first, second = Session({"left": []}, renewal), Session()
    fast = FastSandboxes(cast("BatchSandboxes", Sandboxes(first, second)))
    fast.open_for_check(EXERCISE).close()  # raises nothing: the verdict stands
    turn = fast.open_for_check(EXERCISE)
    assert first.is_closed
    assert turn.request("ping", seconds=1) == {"alive": True}
    assert not second.is_closed
    turn.close()
    fast.close()


def test_what_is_proved_gone_keeps_the_box():
    only = Session()
    fast = FastSandboxes(cast("BatchSandboxes", Sandboxes(only)))
    for _ in range(3):
        fast.open_for_check(EXERCISE).close()
    assert not only.is_closed
    fast.close()
    assert only.is_closed


def test_as_many_boxes_are_kept_as_there_are_seeds_and_the_oldest_goes():
    sessions = [Session() for _ in range(3)]
    fast = FastSandboxes(cast("BatchSandboxes", Sandboxes(*sessions)), most=2)
    for seed in (1, 2, 1, 2, 1, 3, 1):
        fast.open_for_check(EXERCISE, seed).close()
    assert [session.is_closed for session in sessions] == [False, True, False]
    fast.close()
    assert all(session.is_closed for session in sessions)
