"""An engine or an agent that stops in mid-check: a verdict soon, and never `failed`."""

import contextlib
import os
import subprocess
import threading
import time
from dataclasses import replace

import pytest

from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.sandbox.choice import Chooser
from tests.docker.engine_door import EngineDoor
from tests.docker.test_dead_labs import boxes, docker, left
from tests.security.attack import honest_exercise

pytestmark = pytest.mark.docker
SPARE_SECONDS = 12.0  # beside the exercise's own: a few, on a machine that others use too
ENDLESS = b"import time\ntime.sleep(600)\n"  # it never even loads
HARM = ("freeze", "slam", "pause", "kill", "rm -f")


@pytest.fixture
def door(tmp_path, monkeypatch):
    """Between this process and its engine."""
    made = EngineDoor(tmp_path / "engine.sock")
    monkeypatch.setenv("DOCKER_HOST", made.address)
    with contextlib.closing(made):
        yield made


@pytest.mark.parametrize("harm", HARM)
def test_a_check_whose_sandbox_stops_is_nobodys_failure(engine, image, fault, door, harm):
    assert image.id
    exercise = replace(honest_exercise(), seconds=8.0)
    with contextlib.closing(PytestJudge()) as judge:
        checks = Checks(Chooser("docker"), judge, ahead=False)
        verdicts = []
        checking = threading.Thread(target=lambda: verdicts.append(checks.check(exercise, ENDLESS)))
        checking.start()
        begun(engine)
        harmed = time.monotonic()
        do(harm, door, engine)
        checking.join(60)
        took = time.monotonic() - harmed
        closing = time.monotonic()
        checks.close()
        assert time.monotonic() - closing < SPARE_SECONDS
        restore(harm, door, engine)
    assert verdicts[0].outcome == "error", verdicts
    assert took < exercise.seconds + SPARE_SECONDS
    for name in boxes(engine, os.getpid()):  # as the next start would, once its owner is dead
        engine.remove(name)
    gone = left(engine, os.getpid())
    fault(f"in mid-check: {harm}", lost=[], left=gone, read=verdicts[0].why)


def begun(engine):
    """Wait until the submission runs in its container."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        names = boxes(engine, os.getpid())
        if any(map(running, names)):
            return
        time.sleep(0.1)
    raise AssertionError("no check began")


def running(name):
    """Whether the learner's process is there: its uid is seen from outside."""
    told = subprocess.run(
        ["docker", "top", name, "-eo", "pid,uid"], capture_output=True, text=True, check=False
    )
    return "10002" in told.stdout


def do(harm, door, engine):
    """Stop it in one of the ways."""
    if harm in ("freeze", "slam"):
        getattr(door, harm)()
    else:
        docker(*harm.split(), *boxes(engine, os.getpid()))


def restore(harm, door, engine):
    """So that what is left can be looked at."""
    door.go_on()
    if harm == "pause":
        for name in boxes(engine, os.getpid()):
            with contextlib.suppress(Exception):
                docker("unpause", name)
