"""SIGKILL at any moment of a box's life leaves nothing; COURSE_KILLS=50 tries more moments."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.sandbox.labels import OWNER_PID, RUN
from course.sandbox.sweep import sweep

pytestmark = pytest.mark.docker
CHECKOUT = Path(__file__).parents[2]
KILLS = int(os.environ.get("COURSE_KILLS", "6"))
LEFT_SECONDS = 5.0
OWNER = """
import os, signal, sys
sys.path[:0] = ["sandboxes"]
from course.runs.labs import as_file
from course.sandbox.choice import Chooser
from course.sandbox.engine import Engine
from tests.security.attack import honest_exercise

def deadly(call, when):
    def dying(*given, **more):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = call(*given, **more)
        os.kill(os.getpid(), signal.SIGKILL)
    return dying

if sys.argv[1:]:
    when, step = sys.argv[1:]
    setattr(Engine, step, deadly(getattr(Engine, step), when))
print("go", flush=True)
session = Chooser("docker").open_for_check(honest_exercise())
loop = as_file("answer.py", b"def f():\\n    while True: pass\\n")
session.request("submit", seconds=30, files=[loop], entry="answer.py", limit=30.0, memory_mb=256)
session.request("call", seconds=30, function="f", args=[], kwargs={}, nonce="1")
"""


@contextlib.contextmanager
def owner(*words):
    """A course of its own, which has just begun to open a sandbox."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, *words],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=CHECKOUT,
    ) as process:  # fmt: skip
        try:
            assert process.stdout.readline() == "go\n"
            yield process
        finally:
            process.kill()


def boxes_of(engine, pid):
    """Containers that this process started, running or not."""
    return [
        box["Names"][0]
        for box in engine.containers(RUN)
        if box["Labels"].get(OWNER_PID) == str(pid)
    ]


def assert_nothing_is_left(engine, pid):
    """The next start sweeps; that, or the box's own end, leaves nothing."""
    sweep(engine)
    until = time.monotonic() + LEFT_SECONDS
    while found := boxes_of(engine, pid):
        assert time.monotonic() < until, found
        time.sleep(0.05)


@pytest.mark.parametrize("step", ["create", "attach", "start"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_each_step_of_a_start_it_leaves_nothing(engine, image, when, step):
    assert image
    with owner(when, step) as process:
        assert process.wait(30) == -signal.SIGKILL
    assert_nothing_is_left(engine, process.pid)


def test_killed_at_any_moment_it_leaves_nothing(engine, image):
    assert image
    moments = random.Random(KILLS)  # noqa: S311  moments, not secrets
    for _ in range(KILLS):
        moment = moments.uniform(0, 1.5)
        with owner() as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            process.kill()
        assert_nothing_is_left(engine, process.pid)
