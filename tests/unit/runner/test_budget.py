"""Whose time it was: processor time of the learner's, half of what it idles, and nobody else's."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from agent.submission import SubmissionHost
from runner.budget import Budget, OverTime, Starved
from runner.clock import MOST_SECONDS, AwakeClock
from runner.metering import Meter, processor_seconds

BURN = """
import time
def burn(s):
    end = time.process_time() + s
    while time.process_time() < end: pass
    return s
"""
STOPS = """
import time
real = time.process_time
def lie(s):
    end = real() + s
    time.process_time = lambda: 0.0
    while real() < end: pass
"""
CHILD = """
import subprocess, sys
def f(): subprocess.run([sys.executable, '-c', 'sum(range(10**8))'])
"""
LOOP = "def loop():\n    while True:\n        pass\n"
TESTS = 4


class Clock:
    """Goes where a test puts it."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at


def answer(host: SubmissionHost, function: str, *args):
    return host.call(function, list(args), {}, "n0nce")


def test_processor_time_is_charged_in_full_and_idling_by_half():
    clock = Clock()
    budget = Budget(10.0, clock)
    budget.begin_test(1)
    budget.begin_call([])
    clock.at = 19.0
    budget.check([])
    clock.at = 21.0
    with pytest.raises(OverTime):
        budget.check([])


def test_a_test_has_what_is_left_and_always_its_share():
    clock = Clock()
    budget = Budget(10.0, clock)
    allowed = []
    for idles in (16.0, 2.0, 0.0):
        budget.begin_test(5)
        allowed.append(budget.allowed)
        budget.begin_call([])
        clock.at += idles
        budget.charge([])
    assert allowed == [10.0, 2.0, 2.0]


def test_a_looping_test_leaves_the_others_their_share(submit):
    host = submit(BURN + LOOP, seconds=1.0)
    host.begin(tests=TESTS, fresh=True)
    assert answer(host, "loop")["failure"]["kind"] == "timeout"
    for _ in range(TESTS - 1):
        host.begin(tests=TESTS, fresh=True)
        assert answer(host, "burn", 0.1)["value"] == 0.1


def test_what_a_call_spent_is_seen_from_outside_whatever_its_clocks_say(submit):
    assert answer(submit(STOPS), "lie", 0.3)["spent"] >= 0.29


def test_children_of_the_submission_spend_its_time(submit):
    found = answer(submit(CHILD, seconds=0.3), "f")
    assert found["failure"]["kind"] == "timeout"


def test_a_loop_while_the_file_is_loaded_is_not_blamed_on_the_function(submit):
    found = answer(submit("x = 1\nwhile x:\n    pass\ndef f(): return 1", seconds=0.3), "f")[
        "failure"
    ]
    assert (found["kind"], found["line"]) == ("import", 2) or found["line"] == 3
    assert "was not loaded in the 0.3 s" in found["message"]


def test_a_submission_that_stood_still_loses_no_time(submit):
    """As when the container is paused, or the laptop sleeps."""
    host = submit("def f():\n    import time; time.sleep(0.2); return 1", seconds=2.0)
    assert answer(host, "f")["value"] == 1  # its process is there
    pid = host._process.pid
    os.kill(pid, signal.SIGSTOP)
    clock = host.clock
    before = clock.now()
    with clock._lock:  # our own thread stands still as well
        clock._ticked -= 60.0
    assert clock.now() - before <= MOST_SECONDS + 0.1
    threading.Timer(0.3, os.kill, (pid, signal.SIGCONT)).start()
    assert answer(host, "f")["value"] == 1


def test_a_process_that_gets_no_processor_is_nobodys_fault():
    clock = Clock()
    budget = Budget(1.0, clock)
    budget.begin_test(1)
    budget.begin_call([])
    budget._meter = Waiting()
    clock.at += 20.5
    with pytest.raises(Starved):
        budget.check([])


def test_a_wait_that_the_kernel_tells_late_is_not_idling():
    """It is told when it is over: until then the process looks as if it slept."""
    clock = Clock()
    budget = Budget(10.0, clock)
    budget.begin_test(1)
    budget.begin_call([])
    told = iter([(0.0, 0.0)] * 9 + [(0.0, 10.0)])
    budget._meter = Waiting(told)
    for _ in range(10):
        clock.at += 1.0
        budget.charge([])
    assert budget._call == 0.0


class Waiting(Meter):
    """Tells what a test wants told: at first, that everybody waits all the time."""

    def __init__(self, told=((0.0, 100.0),)) -> None:
        super().__init__()
        self._told = iter(told)

    def read(self, pids):
        return next(self._told)


def test_the_meter_tells_what_was_used_since_it_was_read():
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        meter = Meter()
        until = time.monotonic() + 10
        while processor_seconds(burner.pid) < 0.3 and time.monotonic() < until:
            time.sleep(0.01)
        first, _ = meter.read([burner.pid])
        again, _ = meter.read([burner.pid])
        assert first >= 0.3
        assert again < first
    finally:
        burner.kill()
        burner.wait()


def test_the_clock_counts_no_more_than_a_tick_of_a_pause():
    clock = AwakeClock()
    try:
        with clock._lock:
            clock._ticked -= 10.0
        until = time.monotonic() + 5
        while clock.late < 9.0 and time.monotonic() < until:
            time.sleep(0.01)
        assert clock.late > 9.0
        assert clock.now() < 6.0
    finally:
        clock.close()
