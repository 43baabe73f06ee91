"""Lesson 02's cluster as a program of its own: real processes, real signals, real connections."""

import http.client
import os
import re
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.lessons.running_cluster import SECONDS, Meanwhile, Running, until


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Running]:
    """A cluster that is not started yet, and is ended whatever happens."""
    running = Running(tmp_path)
    try:
        yield running
    finally:
        if hasattr(running, "master"):
            running.end()


def test_a_killed_worker_is_replaced_in_its_slot(cluster):
    before = cluster.start().pids()
    os.kill(before[2], signal.SIGKILL)
    until(lambda: cluster.pids().get(2) not in (None, before[2]), "a new worker in slot 2")
    after = cluster.pids()
    assert {1: before[1], 3: before[3]} == {1: after[1], 3: after[3]}
    assert cluster.ask().status == 200


def test_a_killed_worker_loses_only_what_it_was_serving(cluster):
    cluster.start(wait_ms=2_000)
    asked = [cluster.ask_meanwhile() for _ in range(6)]
    until(lambda: sum(row.serving for row in cluster.board.up()) == 6, "six requests in flight")
    row = cluster.board.in_slot(1)
    os.kill(row["pid"], signal.SIGKILL)
    lost = sum(one.end() != 200 for one in asked)
    assert lost == row.serving == 2  # the dead one's line stays as it was


def test_connections_are_handed_out_in_turn(cluster):
    cluster.start()
    counts = Counter(cluster.ask().headers["X-Worker"] for _ in range(12))
    assert counts == {"1": 4, "2": 4, "3": 4}


def test_workers_can_share_the_port(cluster):
    cluster.start(accept="shared")
    asked = [cluster.ask_meanwhile() for _ in range(12)]
    assert [one.end() for one in asked] == [200] * 12


def test_a_worker_finishes_its_answer_on_sigterm(cluster):
    before = cluster.start(wait_ms=700).pids()
    asked = [cluster.ask_meanwhile() for _ in range(6)]
    until(lambda: cluster.board.in_slot(2).serving == 2, "two requests at worker 2")
    os.kill(before[2], signal.SIGTERM)
    assert [one.end() for one in asked] == [200] * 6
    until(lambda: cluster.pids().get(2) not in (None, before[2]), "a successor")


def test_the_master_finishes_everything_on_sigterm(cluster):
    cluster.start(wait_ms=700)
    asked = [cluster.ask_meanwhile() for _ in range(6)]
    until(lambda: sum(row.serving for row in cluster.board.up()) == 6, "six requests in flight")
    cluster.master.send_signal(signal.SIGTERM)
    assert [one.end() for one in asked] == [200] * 6
    assert cluster.master.wait(SECONDS) == 0
    assert list(cluster.board.workers()) == []


def test_ttin_and_ttou_change_the_size(cluster):
    cluster.start(workers=2)
    cluster.master.send_signal(signal.SIGTTIN)
    cluster.wait_for(3)
    cluster.master.send_signal(signal.SIGTTOU)
    cluster.wait_for(2)
    assert set(cluster.pids()) == {1, 2}


def test_a_worker_that_is_removed_finishes_its_answer(cluster):
    cluster.start(workers=2, wait_ms=700)
    asked = [cluster.ask_meanwhile() for _ in range(4)]
    until(lambda: cluster.board.in_slot(2).serving == 2, "two requests at worker 2")
    cluster.master.send_signal(signal.SIGTTOU)
    assert [one.end() for one in asked] == [200] * 4
    until(lambda: len(list(cluster.board.workers())) == 1, "the end of worker 2")


def test_sighup_replaces_all_workers_and_loses_nobody(cluster):
    before = cluster.start().pids()
    statuses: list[int] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            statuses.append(cluster.ask().status)

    clients = [Meanwhile(keep_asking) for _ in range(3)]
    cluster.master.send_signal(signal.SIGHUP)
    until(lambda: cluster.board.master["rolls"] == 1, "the order heard")
    until(lambda: not cluster.board.master["rolling"], "the end of the roll")
    stop.set()
    assert [client.end() for client in clients] == [None] * 3
    assert set(statuses) == {200}
    after = cluster.pids()
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())


def test_whoever_lives_has_a_pid(cluster):
    cluster.start(workers=8)
    cluster.master.send_signal(signal.SIGHUP)
    until(lambda: cluster.board.master["rolls"] == 1, "the order heard")
    while cluster.board.master["rolling"]:
        assert all(row["pid"] for row in cluster.board.workers())


def test_a_release_that_cannot_start_replaces_nobody(cluster):
    before = cluster.start().pids()
    cluster.write(broken=True)
    cluster.master.send_signal(signal.SIGHUP)
    until(lambda: cluster.board.master["rolls"] == 1, "the order heard")
    until(lambda: not cluster.board.master["rolling"], "the roll called off")
    assert cluster.pids() == before


def crash_until_given_up(cluster: Running) -> str:
    """A release that cannot start, and one worker killed: the log, once the master gave up."""
    before = cluster.start().pids()
    cluster.write(broken=True, first_wait=0.02, longest_wait=0.07, give_up_after=5)
    cluster.master.send_signal(signal.SIGHUP)
    until(lambda: cluster.board.master["rolls"] == 1, "the order heard")
    until(lambda: not cluster.board.master["rolling"], "the roll called off")
    os.kill(before[1], signal.SIGKILL)
    log = cluster.folder / "log"
    until(lambda: "gave up" in log.read_text(), "giving up")
    return log.read_text()


def test_a_crash_loop_ends_by_giving_up(cluster):
    told = crash_until_given_up(cluster)
    assert re.findall(r"crash (\d) in a row", told) == ["1", "2", "3", "4"]
    assert "gave up after 5 crashes in a row" in told
    assert set(cluster.pids()) == {2, 3}


def test_waits_between_crashes_double_up_to_the_longest(cluster):
    told = crash_until_given_up(cluster)
    assert re.findall(r"next try in ([\d.]+) s", told) == ["0.02", "0.04", "0.07", "0.07"]


def test_new_settings_forgive_a_slot_that_was_given_up(cluster):
    crash_until_given_up(cluster)
    cluster.write()
    cluster.master.send_signal(signal.SIGHUP)
    cluster.wait_for(3)


def test_a_silent_worker_is_replaced_when_a_heartbeat_is_wanted(cluster):
    before = cluster.start(heartbeat_seconds=0.5).pids()
    os.kill(before[3], signal.SIGSTOP)
    until(lambda: cluster.pids().get(3) not in (None, before[3]), "a new worker in slot 3")


def test_without_a_heartbeat_a_stopped_worker_keeps_its_turn(cluster):
    before = cluster.start(workers=2).pids()
    os.kill(before[2], signal.SIGSTOP)
    asked = [cluster.ask_meanwhile() for _ in range(4)]
    until(lambda: cluster.board.in_slot(2).serving == 2, "two requests that hang")
    os.kill(before[2], signal.SIGCONT)
    assert [one.end() for one in asked] == [200] * 4


def test_a_worker_that_grows_is_killed_and_replaced(cluster):
    before = cluster.start(workers=1, memory_mb=60).pids()
    os.kill(before[1], signal.SIGUSR1)

    def new_one() -> bool:
        with suppress(OSError, http.client.HTTPException):
            cluster.ask()
        return cluster.pids().get(1) not in (None, before[1])

    until(new_one, "a new worker")
    assert "grew to" in (cluster.folder / "log").read_text()


def test_workers_do_not_survive_their_master(cluster):
    pids = cluster.start().pids().values()
    cluster.master.kill()
    cluster.master.wait(SECONDS)

    def all_gone() -> bool:
        return all(has_ended(pid) for pid in pids)

    until(all_gone, "the end of all workers")


def has_ended(pid: int) -> bool:
    """Whether a process that is not our child is gone, or waits to be buried by somebody."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return not state.stdout.strip() or state.stdout.startswith("Z")
