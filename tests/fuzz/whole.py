"""Whole checks: sandbox, judge and verdict, with a submission that nobody thought of."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from course.judge.judge import PytestJudge
from course.model.lesson import Exercise
from course.runs.checks import Checks
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

HERE = Path(__file__).resolve().parent / "exercise"
BUSY = "The machine gave the sandbox"
WRITES = """
import base64, os, sys, time

def nonce():
    frame = sys._getframe()
    while "nonce" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["nonce"].encode()

def double(*args, **kwargs):
    view = memoryview(base64.b64decode(LINE).replace(b"0123456789abcdef", nonce()) + b"\\n")
    while view:
        view = view[os.write(3, view):]
    time.sleep(0.2)

label = nest = double
"""


def serving() -> Exercise:
    """A configuration of nginx that says hello."""
    return replace(
        honest_exercise(),
        id="serve",
        title="Say hello",
        kind="config",
        file="nginx.conf",
        folder=HERE,
        tests=(HERE / "test_serves.py",),
        rig=HERE / "rig.py",
    )


@contextmanager
def checked(sandbox: str) -> Iterator[Callable[[Exercise, bytes], None]]:
    """Check a file; nobody but its author may be blamed."""
    judge = PytestJudge()
    checks = Checks(Chooser(sandbox), judge, ahead=False)

    def property_of(exercise: Exercise, content: bytes) -> None:
        verdict = checks.check(exercise, content, seed=1)
        if BUSY not in verdict.why:  # which others on this machine can bring about
            assert verdict.outcome != "error", (verdict.why, verdict.tests)

    try:
        yield property_of
    finally:
        checks.close()
        judge.close()


@contextmanager
def writing(sandbox: str) -> Iterator[Callable[[bytes], None]]:
    """A function that writes a line of its own to the value channel."""
    with checked(sandbox) as check:

        def property_of(line: bytes) -> None:
            source = f"LINE = {base64.b64encode(line)!r}\n{WRITES}"
            check(honest_exercise(), source.encode())

        yield property_of


@contextmanager
def files(sandbox: str) -> Iterator[Callable[[bytes], None]]:
    """A file of whatever bytes in the place of Python."""
    with checked(sandbox) as check:
        yield lambda content: check(honest_exercise(), content)


@contextmanager
def configs(sandbox: str) -> Iterator[Callable[[bytes], None]]:
    """A configuration for a real nginx."""
    with checked(sandbox) as check:

        def property_of(content: bytes) -> None:
            if b"{port}" in content:  # else its start would only be waited for
                check(serving(), content)

        yield property_of
