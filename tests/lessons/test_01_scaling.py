"""Lesson 01's arithmetic and its box, as a program of its own."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lab.http import Reply, http_request
from lab.ports import accepts, free_port
from lab.wait import until
from tests.lessons.lesson_code import modules

LESSON = Path(__file__).resolve().parents[2] / "lessons" / "01-scaling"
SECONDS = 20.0  # the bound of every wait


laws, slots, job = modules(LESSON, "laws", "slots", "job")


class RunningBox:
    """box.py, started."""

    def __init__(self, size: int = 1) -> None:
        self.port = free_port()
        argv = [sys.executable, str(LESSON / "box.py"), "--port", str(self.port)]
        self.process = subprocess.Popen([*argv, "--size", str(size)])
        until(lambda: accepts(self.port), SECONDS, "the box")
        self._pool = ThreadPoolExecutor(40)

    def ask(self, path: str, method: str = "GET") -> Reply:
        """One request."""
        return http_request(self.port, path, method=method, timeout=SECONDS)

    def value(self, path: str, method: str = "GET") -> dict[str, Any]:
        """What it answers."""
        found: dict[str, Any] = json.loads(self.ask(path, method).body)
        return found

    def ask_meanwhile(self, path: str) -> Any:
        """One request that may take long."""
        return self._pool.submit(self.ask, path)

    def wait_for(self, busy: int, line: int) -> None:
        """Until so many are worked on and so many stand in line."""
        until(
            lambda: (now := self.value("/status")) and (now["busy"], now["line"]) == (busy, line),
            SECONDS, f"{busy} busy and {line} in line",
        )  # fmt: skip

    def close(self) -> None:
        """End it, whatever happens."""
        self.process.kill()
        self.process.wait(SECONDS)
        self._pool.shutdown()


@pytest.fixture
def box() -> Iterator[RunningBox]:
    running = RunningBox()
    yield running
    running.close()


# -- the laws


@pytest.mark.parametrize(
    ("workers", "faster"), [(1, 1.0), (2, 1.9), (4, 3.5), (8, 5.9), (16, 9.1), (64, 15.4)]
)
def test_five_percent_serial_caps_the_speed_up(workers, faster):
    assert round(laws.amdahl(workers, 0.05), 1) == faster


def test_five_percent_serial_is_never_more_than_twenty_times_faster():
    assert 19.9 < laws.amdahl(10**6, 0.05) < 20


def test_the_universal_law_has_its_peak_at_22_workers():
    assert laws.peak(0.05, 0.002) == 22
    assert round(laws.usl(22, 0.05, 0.002), 1) == 7.4
    assert round(laws.usl(64, 0.05, 0.002), 2) == 5.24
    assert max(range(1, 1000), key=lambda n: laws.usl(n, 0.05, 0.002)) == 22


def test_without_agreeing_the_universal_law_is_amdahls():
    for workers in (1, 2, 7, 64):
        assert laws.usl(workers, 0.05, 0) == pytest.approx(laws.amdahl(workers, 0.05))


def test_from_80_to_95_percent_the_mean_time_is_four_times_as_long():
    assert laws.response(0.8) == pytest.approx(5)
    assert laws.response(0.95) == pytest.approx(20)


@pytest.mark.parametrize(
    ("busy", "customers", "off"), [(0.5, 50_000, 0.08), (0.8, 150_000, 0.12), (0.95, 400_000, 0.3)]
)
def test_the_desk_that_is_watched_agrees_with_the_law(busy, customers, off):
    watched = laws.watch_desk(busy, customers, random.Random(7))  # noqa: S311  seeded on purpose
    assert watched == pytest.approx(laws.response(busy), rel=off)


def test_the_same_seed_is_the_same_desk():
    assert len({laws.watch_desk(0.8, 1000, random.Random(3)) for _ in "abc"}) == 1  # noqa: S311


# -- the job: real waits, so a busy machine may make it slower, never faster than the law


def test_a_crew_comes_near_the_law_and_does_not_beat_it():
    alone = job.do_job(1, talking=False)["seconds"]
    for crew in (2, 8):
        faster = alone / job.do_job(crew, talking=False)["seconds"]
        assert 0.6 * laws.amdahl(crew, job.SERIAL) < faster < 1.25 * laws.amdahl(crew, job.SERIAL)


def test_every_worker_of_a_talking_crew_writes_to_every_other():
    assert job.do_job(64, talking=True)["notes"] == 4032
    assert job.do_job(22, talking=False)["notes"] == 0


def test_the_job_is_what_the_universal_law_describes():
    """Serial, plus a share each, plus a note from each colleague: N / usl(N), to the letter."""
    for crew in (1, 8, 22, 64):
        seconds = job.SERIAL + (1 - job.SERIAL) / crew + job.NOTE * (crew - 1)
        assert 1 / seconds == pytest.approx(laws.usl(crew, job.SERIAL, job.NOTE))


# -- slots and allowance


def test_slots_serve_who_came_first():
    line = slots.Slots(1, 10)
    order: list[int] = []

    def work(number: int) -> None:
        with line:
            order.append(number)

    threads = []
    with line:
        for number in range(5):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            until(lambda wanted=number + 1: line.waiting == wanted, SECONDS, "one more in line")
    for thread in threads:
        thread.join(SECONDS)
    assert order == [0, 1, 2, 3, 4]
    assert line.busy == 0


def test_more_slots_let_those_in_line_begin():
    line = slots.Slots(1, 10)
    with line, ThreadPoolExecutor(2) as pool:
        goes_on = threading.Event()

        def work() -> None:
            with line:
                goes_on.wait(SECONDS)

        for _ in range(2):
            pool.submit(work)
        until(lambda: line.waiting == 2, SECONDS, "two in line")
        line.count = 3
        until(lambda: line.busy == 3, SECONDS, "three at work")
        goes_on.set()


def test_a_full_line_takes_nobody():
    line = slots.Slots(1, 0)
    with pytest.raises(slots.LineFull):
        line.__enter__()


def test_an_allowance_holds_back_who_spends_more_than_comes_in():
    allowance = slots.Allowance(ms_per_second=100)
    begun = time.monotonic()
    for _ in range(10):
        allowance.spend(3)  # 30 ms take 0.3 s to come in
    assert time.monotonic() - begun >= 0.29


# -- the box


def test_a_box_works_on_two_and_lets_the_others_wait(box):
    asked = [box.ask_meanwhile("/?work=0&wait=600") for _ in range(5)]
    box.wait_for(busy=2, line=3)
    assert [one.result().status for one in asked] == [200] * 5


def test_a_full_line_is_an_error_at_once(box):
    asked = [box.ask_meanwhile("/?work=0&wait=700") for _ in range(18)]
    box.wait_for(busy=2, line=16)
    reply = box.ask("/")
    assert reply.status == 503
    assert b"line is full" in reply.body
    box.value("/slots?16", "POST")  # so that the others need not wait long
    assert {one.result().status for one in asked} == {200}


def test_slots_can_be_changed_while_it_runs(box):
    assert box.value("/slots?4", "POST")["slots"] == 4
    asked = [box.ask_meanwhile("/?work=0&wait=600") for _ in range(4)]
    box.wait_for(busy=4, line=0)
    assert {one.result().status for one in asked} == {200}


def test_a_bigger_box_has_more_slots():
    big = RunningBox(size=4)
    try:
        assert big.value("/status")["slots"] == 8
    finally:
        big.close()


def test_a_killed_box_loses_what_it_had_and_refuses_the_rest(box):
    asked = [box.ask_meanwhile("/?work=0&wait=5000") for _ in range(4)]
    box.wait_for(busy=2, line=2)
    os.kill(box.process.pid, signal.SIGKILL)
    box.process.wait(SECONDS)
    assert [one.result().status for one in asked] == [0] * 4
    assert "ConnectionRefused" in box.ask("/").error


def test_a_box_that_is_asked_to_leave_finishes_what_it_has(box):
    asked = [box.ask_meanwhile("/?work=0&wait=500") for _ in range(4)]
    box.wait_for(busy=2, line=2)
    box.process.terminate()
    assert [one.result().status for one in asked] == [200] * 4
    assert box.process.wait(SECONDS) == 0


def test_every_box_counts_its_own_visitors(box):
    other = RunningBox()
    try:
        for one in (box, box, other):
            one.value("/visits", "POST")
        assert [one.value("/visits")["visits"] for one in (box, other)] == [2, 1]
    finally:
        other.close()


def test_a_count_is_exact_within_one_box(box):
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: box.value("/visits", "POST")["visits"], range(40)))
    assert sorted(numbers) == list(range(1, 41))
