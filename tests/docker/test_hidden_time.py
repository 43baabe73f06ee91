"""Processor time that no parent is told of is counted all the same."""

import contextlib

import pytest

from course.runs.reach import Reach
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

pytestmark = pytest.mark.docker
CHILDREN, EACH, LEAST = 20, 0.02, 0.35  # seconds; too short to be seen in a list of processes
HIDES = {
    "children that nobody waits for": """
import os, signal, time
def add(numbers):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range({children}):
        told, tell = os.pipe()
        if os.fork() == 0:
            while time.process_time() < {each}: pass
            os._exit(0)
        os.close(tell)
        os.read(told, 1)
    return 0
""",
    "daemons": """
import os, time
def add(numbers):
    for _ in range({children}):
        told, tell = os.pipe()
        if (child := os.fork()) == 0:
            if os.fork(): os._exit(0)
            while time.process_time() < {each}: pass
            os._exit(0)
        os.waitpid(child, 0)
        os.close(tell)
        os.read(told, 1)
    return 0
""",
}


@pytest.mark.parametrize("way", HIDES)
def test_what_no_parent_is_told_of_is_spent_too(image, way):
    assert image
    exercise = honest_exercise()
    text = HIDES[way].format(children=CHILDREN, each=EACH)
    with contextlib.closing(Chooser("docker").open_for_check(exercise, 1)) as session:
        reach = Reach(session, exercise, {exercise.file: text.encode()}, 1)
        reach.start()
        asked = {"function": "add", "args": [[1]], "kwargs": {}, "nonce": "n"}
        told = reach.ask("call", asked)
    assert told["value"] == 0
    assert told["spent"] >= LEAST


def test_who_does_little_has_spent_little(image):
    assert image
    exercise = honest_exercise()
    with contextlib.closing(Chooser("docker").open_for_check(exercise, 1)) as session:
        reach = Reach(session, exercise, {exercise.file: exercise.solution.read_bytes()}, 1)
        reach.start()
        asked = {"function": "add", "args": [[1]], "kwargs": {}, "nonce": "n"}
        reach.ask("call", asked)  # loads it
        assert reach.ask("call", asked)["spent"] < EACH
