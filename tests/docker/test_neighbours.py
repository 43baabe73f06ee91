"""Boxes beside each other: no bit passes, nobody starves, nobody is mistaken for another."""

import contextlib
import itertools
import json
import os
import re
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.runs.grading.fast import FastSandboxes
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

pytestmark = pytest.mark.docker
NEIGHBOUR = Path(__file__).with_name("neighbours.py").read_text(encoding="utf-8")
FLOOD = """
import json, os, time
block, slowest = bytes(65536), 0
while slowest < 1:
    started, worked = time.monotonic(), time.process_time()
    os.write(1, block)
    slowest = time.monotonic() - started
cpu = time.process_time() - worked
print("\\n" + json.dumps({"blocked": slowest, "cpu": cpu}), flush=True)
"""
HOG = "while True: pass"
PAUSE_SECONDS = 2.5
MB = 1 << 20
EXERCISE = honest_exercise()


def said(box):
    line = b""
    while not line.endswith(b"\n"):
        line += box.receive()
    return json.loads(line)


def test_no_bit_passes_between_two_boxes(start):
    speaker, listener = start(NEIGHBOUR), start(NEIGHBOUR)
    speaker.send(b"speak\n")
    assert said(speaker) > 50
    listener.send(b"listen\n")
    assert said(listener) == []


def test_in_one_box_the_same_bits_are_heard(start):
    """The listener can hear: otherwise the test before would prove nothing."""
    both = (
        "import subprocess, sys\n"
        f"text = {NEIGHBOUR!r}\n"
        "def person():\n"
        "    return subprocess.Popen([sys.executable, '-c', text], stdin=subprocess.PIPE,\n"
        "                            stdout=subprocess.PIPE, text=True)\n"
        "first, second = person(), person()\n"
        "for one, word in ((first, 'speak'), (second, 'listen')):\n"
        "    print(word, file=one.stdin, flush=True)\n"
        "    heard = one.stdout.readline()\n"
        "print(heard, flush=True)\n"
    )
    heard = said(start(both))
    assert {"/dev/shm/bit", "/tmp/bit", "abstract", "port"} <= set(heard)
    assert len(heard) > 50  # the locks


def test_whoever_does_not_read_makes_a_box_wait_and_nothing_grow(start):
    box = start(FLOOD)
    before = engine_memory()
    threading.Event().wait(PAUSE_SECONDS)  # this is the pause that is meant
    grown = {pid: engine_memory().get(pid, 0) - known for pid, known in before.items()}
    assert all(more < 64 * MB for more in grown.values()), grown
    last = b""
    while chunk := box.receive():
        last = (last + chunk)[-200:]
    told = json.loads(last.strip(b"\0\n"))
    assert told["blocked"] > 1
    assert told["cpu"] < told["blocked"] / 10


def engine_memory() -> dict[str, int]:
    """Resident bytes of the engine's processes, where they can be seen."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (process / "status").read_text(encoding="utf-8", errors="replace")
            if re.match(r"Name:\t(dockerd|containerd)", status):
                resident = re.search(r"VmRSS:\s+(\d+) kB", status)
                found[process.name] = int(resident[1]) * 1024 if resident else 0
    return found


@pytest.fixture
def judge() -> Iterator[PytestJudge]:
    judge = PytestJudge()
    judge.warm()
    yield judge
    judge.close()


def test_hogs_beside_it_do_not_starve_an_honest_grade(start, judge, image):
    assert image
    fast = FastSandboxes(Chooser("docker"))
    checks = Checks(fast, judge, ahead=False)

    def grades(count: int) -> list[float]:
        return sorted(duration(checks) for _ in range(count))

    try:
        duration(checks)  # opens the box
        for attempt in itertools.count(1):
            alone = grades(4)
            hogs = [start(HOG) for _ in range(os.cpu_count() or 1)]
            beside = grades(4)
            for hog in hogs:
                hog.close()
            if beside[-1] <= 3 * statistics.median(alone) + 0.1:
                return
            assert attempt < 3, (alone, beside)  # others use this machine too
    finally:
        checks.close()
        fast.close()


def duration(checks: Checks) -> float:
    started = time.monotonic()
    assert checks.check(EXERCISE, EXERCISE.solution).outcome == "passed"
    return time.monotonic() - started


@pytest.mark.parametrize("sandbox", ["docker", "embedded"])
def test_ten_at_once_get_their_own_results(judge, image, sandbox):
    """The same exercise by the same person, ten times at once: nothing is mixed up or left."""
    assert image
    chooser = Chooser(sandbox)
    checks = Checks(chooser, judge, ahead=False)
    right = EXERCISE.solution.read_text(encoding="utf-8")

    def check(number: int):
        text = right if number % 2 else right.replace("2 * value", "3 * value")
        content = f"print('I am {number}.')\n{text}".encode()
        return checks.check(EXERCISE, content, seed=number)

    with ThreadPoolExecutor(10) as together:
        verdicts = list(together.map(check, range(10)))
    checks.close()
    for number, verdict in enumerate(verdicts):
        assert verdict.outcome == ("passed" if number % 2 else "failed"), verdict.why
        assert set(re.findall(r"I am (\d+)\.", verdict.output)) == {str(number)}
        assert verdict.seed == number
    assert chooser.left_over() == []
