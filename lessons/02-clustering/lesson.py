"""Lesson 2 in Python: a master and its workers. Runs alone: python lesson.py"""

import os
import time
from signal import SIGTERM, SIGUSR1
from typing import Any

from clients import Clients, in_words
from cluster import Master
from control import WORKERS, Cluster
from worker import Worker

from lab import Lab, Observed
from lab.errors import LabError

lab = Lab()
RATE = 50.0  # requests a second
cluster: Cluster
clients: Clients
load: Any


@lab.setup
def start() -> None:
    """One master, four workers, fifty requests a second."""
    global cluster, clients, load  # noqa: PLW0603  a lab has one system
    lab.node("clients", "client", 0).up()
    cluster = Cluster(lab)
    clients = Clients(lab, cluster.port)
    lab.edge("clients", "master")
    for slot in range(1, WORKERS + 1):
        lab.edge("master", f"worker-{slot}")
        lab.source_of(f"worker-{slot}", Worker.run)
    load = lab.load(lambda _: clients.ask(), rate=RATE, concurrency=64, target="master").start()
    lab.source_of("clients", Clients.ask)
    lab.source_of("master", Master.run)


@lab.trigger
def crash(worker: int = 2) -> dict[str, Any]:
    """SIGKILL: the process is gone before its next line of Python."""
    return end_one(worker, cluster.kill, "died (SIGKILL)")


@lab.trigger
def dismiss(worker: int = 2) -> dict[str, Any]:
    """SIGTERM: take nothing new, finish what you have, go."""
    return end_one(worker, lambda row: cluster.signal(row, SIGTERM), "was asked to leave (SIGTERM)")


def end_one(worker: int, end: Any, how: str) -> dict[str, Any]:
    """End a worker one way or the other, at a busy moment, and count what it cost."""
    row = cluster.worker_at_work(worker) if load.rate >= RATE else cluster.worker(worker)
    begun, old, serving = time.monotonic(), row["pid"], row.serving
    lost = clients.lost_while(lambda: (end(row), cluster.successor(worker, old)))
    ms = round((time.monotonic() - begun) * 1000)
    serving = max(serving, cluster.served_at_its_end(row))
    new = cluster.worker(worker)["pid"]
    lab.note(
        f"worker-{worker}: pid {old} {how}, pid {new} took its slot; {in_words(lost)}",
        tone="bad" if lost else "good", node=f"worker-{worker}",
    )  # fmt: skip
    facts = {"worker": worker, "old_pid": old, "new_pid": new, "lost": lost, "serving": serving}
    return {**facts, "port": cluster.port, "ms": ms}


@lab.trigger
def stop(worker: int = 3) -> dict[str, Any]:
    """SIGSTOP: the process keeps everything it has and does nothing with it."""
    return {"worker": worker, "pid": cluster.stop(worker)["pid"]}


@lab.trigger
def go_on() -> dict[str, Any]:
    """SIGCONT to every stopped worker."""
    return {"resumed": cluster.resume()}


@lab.trigger
def leak(worker: int = 4) -> dict[str, Any]:
    """Keep 2 MB of every request, until the master kills the worker for its size."""
    cluster.must_hand_out()
    return end_one(worker, lambda row: cluster.signal(row, SIGUSR1), "grew until it was killed")


@lab.trigger
def crash_at_boot(worker: int = 1, backoff: bool = True) -> dict[str, Any]:
    """A release that cannot start: the worker is killed, and so is every successor at its birth."""
    break_boot(worker, backoff=backoff)
    tries, cpu_ms, _ = cluster.restarts_in(1.5)
    lab.note(f"worker-{worker}: {tries} starts in 1.5 s, {cpu_ms} ms of CPU spent", tone="bad")
    return {"worker": worker, "backoff": backoff, "starts": tries, "cpu_ms": cpu_ms, "seconds": 1.5}


def break_boot(worker: int, *, backoff: bool) -> None:
    """From now on nobody can start, and this worker is killed."""
    cluster.configure(broken=True, backoff=backoff)
    cluster.kill(cluster.worker(worker))


@lab.trigger
def mend() -> dict[str, Any]:
    """Default settings, a rolling restart, four workers, nobody stopped."""
    cluster.as_new()
    load.rate = RATE
    return {"pids": cluster.pids()}


@lab.trigger
def add() -> dict[str, Any]:
    """SIGTTIN: one worker more."""
    cluster.scale(min(cluster.board.master["wanted"] + 1, 8))
    return {"pids": cluster.pids()}


@lab.trigger
def remove() -> dict[str, Any]:
    """SIGTTOU: the last worker finishes what it has and goes."""
    cluster.scale(max(cluster.board.master["wanted"] - 1, 1))
    return {"pids": cluster.pids()}


@lab.trigger
def roll() -> dict[str, Any]:
    """SIGHUP: a new process in every slot, one after the other."""
    old, lost = cluster.pids(), clients.lost_while(cluster.roll)
    return {"old_pids": old, "new_pids": cluster.pids(), "lost": lost, "port": cluster.port}


@lab.trigger
def accept(mode: str = "shared") -> dict[str, Any]:
    """Who takes connections: `handout` (the master gives them out) or `shared` (who is first)."""
    if mode not in ("handout", "shared"):
        raise LabError(f"there is no mode '{mode}': it is handout or shared")
    cluster.configure(accept=mode)
    return {"accept": mode}


@lab.trigger
def more_load() -> dict[str, Any]:
    """Half as many requests again, up to 150 a second."""
    return {"rate": change_load(1.5)}


@lab.trigger
def less_load() -> dict[str, Any]:
    """A third of the requests less."""
    return {"rate": change_load(1 / 1.5)}


def change_load(factor: float) -> float:
    """More or less, within what this lab can bear."""
    load.rate = min(max(load.rate * factor, 1.0), 150.0)
    return load.rate


@lab.gauge
def rate() -> float | None:
    """Requests a second, over the last five seconds."""
    return load.window.rate()


@lab.gauge
def lost() -> float | None:
    """Requests that got no answer, in the last ten seconds."""
    return clients.of_late.failed if clients.of_late.count else None


@lab.gauge
def p99_ms() -> float | None:
    """99 of 100 requests of the last five seconds were faster than this."""
    return load.window.p(99)


@lab.gauge
def workers_up() -> float | None:
    """Workers that say they can answer; a stopped one still counts, and that is the trouble."""
    return len(cluster.board.up())


@lab.gauge
def restarts_10s() -> float | None:
    """Workers that died and had to be started again, in the last ten seconds."""
    return cluster.restarts_of_late(10)


def fresh(**changes: Any) -> None:
    """Everything as at the start, but for these settings; and traffic is flowing."""
    cluster.as_new(**changes)
    load.rate = RATE
    load.start()


@lab.experiment
def all_cores() -> Observed:
    """Four CPU-hungry requests at a time: to one worker, then to four. How many cores are busy?"""
    fresh()
    load.stop()
    clients.lost_while(lambda: None)  # those under way would be measured too
    cluster.scale(1)
    one = clients.cores_used(cluster, 40)
    cluster.scale(WORKERS)
    four = clients.cores_used(cluster, 40)
    load.start()
    facts = {"of_one_worker": one, "of_four_workers": four, "here": os.cpu_count() or 1}
    return lab.observed("one" if one <= 1.15 else "many", cores=facts)


@lab.experiment
def kill_one() -> Observed:
    """Kill a worker that serves at least two requests, and count who got no answer."""
    fresh()
    with clients.unhurried():
        seen = crash(2)
    choice = "in_flight" if seen["lost"] <= seen["serving"] else "quarter"
    return lab.observed(choice if seen["lost"] else "nothing", **seen)


@lab.experiment
def stopped_or_dead() -> Observed:
    """Three seconds after a kill, three seconds after a stop: which of them lost more?"""
    fresh()
    busy = cluster.busy_worker(2)
    dead = clients.lost_while(lambda: (cluster.kill(busy), cluster.restarts_in(3)))
    stopped = clients.lost_while(lambda: (cluster.stop(2), cluster.restarts_in(3)))
    cluster.resume()
    choice = "stopped" if stopped > 2 * dead else "dead" if dead > 2 * stopped else "same"
    return lab.observed(choice, lost_to_the_dead=dead, lost_to_the_stopped=stopped, seconds=3)


@lab.experiment
def heartbeat() -> Observed:
    """The same stop, but the master wants a sign of life every second."""
    fresh(heartbeat_seconds=1.0)
    old = cluster.stop(2)["pid"]
    lost = clients.lost_while(lambda: cluster.restarts_in(2.5))
    choice = "stays" if old in cluster.pids() else "replaced"
    fresh()
    return lab.observed(choice, old_pid=old, lost=lost)


@lab.experiment
def crash_loop() -> Observed:
    """A release that dies at its start: how often is it started, without back-off and with it?"""
    fresh()
    break_boot(1, backoff=False)
    without = cluster.restarts_in(1.5, enough=40, most=8)
    fresh()
    break_boot(1, backoff=True)
    with_it = cluster.restarts_in(without.seconds)
    fresh()
    choice = "storm" if without.count >= 5 * max(with_it.count, 1) else "few"
    return lab.observed(
        choice, starts={"without": without.count, "with": with_it.count},
        cpu_ms={"without": without.cpu_ms, "with": with_it.cpu_ms}, seconds=without.seconds,
    )  # fmt: skip


@lab.experiment
def dismiss_one() -> Observed:
    """Ask a worker that serves at least two requests to leave, and count who got no answer."""
    fresh()
    with clients.unhurried():
        seen = dismiss(3)
    return lab.observed("nothing" if seen["lost"] == 0 else "in_flight", **seen)


@lab.experiment
def who_gets_it() -> Observed:
    """A quiet hour: 120 requests handed out by the master, then 120 to whoever is first."""
    shares = {}
    for mode in ("handout", "shared"):
        fresh(accept=mode, wait_ms=5)
        load.stop()
        clients.lost_while(lambda: None)  # those under way would be counted too
        shares[mode] = clients.count_workers(cluster, 120, rate=100)
    fresh()
    even = [mode for mode, counts in shares.items() if max(counts) <= 1.2 * min(counts)]
    return lab.observed("both" if len(even) == 2 else "".join(even), **shares)


@lab.experiment
def rolling() -> Observed:
    """Replace all four workers under load, and count who got no answer."""
    fresh()
    with clients.unhurried():
        seen = roll()
    replaced = len(set(seen["new_pids"]) - set(seen["old_pids"]))
    choice = "not_replaced" if replaced < WORKERS else "some" if seen["lost"] else "nothing"
    return lab.observed(choice, replaced=replaced, **seen)


@lab.experiment
def bad_release() -> Observed:
    """The same, with a release that cannot start."""
    fresh()
    old = cluster.pids()
    with clients.unhurried():
        lost = clients.lost_while(lambda: cluster.configure(broken=True))
    stayed = [pid for pid in cluster.pids() if pid in old]
    fresh()
    choice = "old_stay" if len(stayed) == WORKERS else "outage" if lost else "fewer"
    return lab.observed(choice, old_pids=old, still_there=stayed, lost=lost)


if __name__ == "__main__":
    lab.play(crash, dismiss, stop, go_on, leak, crash_at_boot, mend, roll, add, remove, kill_one)
