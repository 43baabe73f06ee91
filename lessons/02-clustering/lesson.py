"""Lesson 2 in Python: a master and its workers. Runs alone: python lesson.py"""

import os
import time
from collections import deque
from signal import SIGTERM, SIGUSR1
from typing import Any

from cluster import Master
from control import WORKERS, Clients, Cluster
from scoreboard import DEAD
from worker import Worker

from lab import Lab, Observed

lab = Lab()
RATE = 50.0  # requests a second
cluster: Cluster
clients: Clients
load: Any
outcomes = lab.window(10)
restarts: deque[tuple[float, int]] = deque()  # (when, how many so far)


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
    load = lab.load(send, rate=RATE, concurrency=64, target="master").start()
    lab.source_of("clients", send)
    lab.source_of("master", Master.run)
    for slot in range(1, 9):
        lab.source_of(f"worker-{slot}", Worker.run)


def send(_number: int) -> Any:
    """One request of one client."""
    reply = clients.ask()
    outcomes.add(reply.ms, ok=reply.ok)
    return reply


# -- triggers


@lab.trigger
def crash(worker: int = 2) -> dict[str, Any]:
    """SIGKILL: the process is gone before its next line of Python."""
    return end_one(worker, cluster.kill, "died (SIGKILL)")


@lab.trigger
def dismiss(worker: int = 2) -> dict[str, Any]:
    """SIGTERM: take nothing new, finish what you have, go."""
    return end_one(worker, lambda row: cluster.signal(row, SIGTERM), "was asked to leave (SIGTERM)")


def end_one(worker: int, end: Any, how: str) -> dict[str, Any]:
    """End a busy worker one way or the other, and count what it cost."""
    row = cluster.busy_worker(worker) if load.rate >= RATE else cluster.worker(worker)
    old, begun = row["pid"], time.monotonic()
    serving = row.serving

    def act() -> None:
        end(row)
        cluster.successor(worker, old)

    lost = clients.lost_while(act)
    if row["state"] == DEAD:
        serving = max(serving, row.serving)  # exact now: its line stays as it was when it died
    new = cluster.worker(worker)["pid"]
    was_lost = f"{lost} request{'' if lost == 1 else 's'} lost"
    lab.note(
        f"worker-{worker}: pid {old} {how}, pid {new} took its slot; {was_lost}",
        tone="bad" if lost else "good", node=f"worker-{worker}",
    )  # fmt: skip
    return {
        "worker": worker, "old_pid": old, "new_pid": new, "lost": lost, "serving": serving,
        "port": cluster.port, "ms": round((time.monotonic() - begun) * 1000),
    }  # fmt: skip


@lab.trigger
def stop(worker: int = 3) -> dict[str, Any]:
    """SIGSTOP: the process keeps everything it has and does nothing with it."""
    row = cluster.stop(worker)
    return {"worker": worker, "pid": row["pid"], "serving": row.serving}


@lab.trigger
def go_on() -> dict[str, Any]:
    """SIGCONT to every stopped worker."""
    return {"resumed": cluster.resume()}


@lab.trigger
def leak(worker: int = 4) -> dict[str, Any]:
    """Keep 2 MB of every request, until the master kills the worker for its size."""
    row = cluster.worker(worker)
    old = row["pid"]
    cluster.signal(row, SIGUSR1)
    lost = clients.lost_while(lambda: cluster.successor(worker, old))
    grown = row["memory_kb"] // 1024
    lab.note(
        f"worker-{worker}: pid {old} grew to {grown} MB and was killed; {lost} lost",
        tone="bad", node=f"worker-{worker}",
    )  # fmt: skip
    new = cluster.worker(worker)["pid"]
    return {"worker": worker, "old_pid": old, "new_pid": new, "memory_mb": grown, "lost": lost}


@lab.trigger
def crash_at_boot(worker: int = 1, backoff: bool = True) -> dict[str, Any]:
    """A release that cannot start: the worker is killed, and so is every successor at its birth."""
    cluster.configure(broken=True, backoff=backoff)
    cluster.kill(cluster.worker(worker))
    tries, cpu_ms = cluster.restarts_in(1.5)
    lab.note(f"worker-{worker}: {tries} starts in 1.5 s, {cpu_ms} ms of CPU for nothing", tone="bad")
    return {"worker": worker, "backoff": backoff, "starts": tries, "cpu_ms": cpu_ms, "seconds": 1.5}


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
    old = cluster.pids()
    lost = clients.lost_while(cluster.roll)
    new = cluster.pids()
    return {"old_pids": old, "new_pids": new, "lost": lost, "port": cluster.port}


@lab.trigger
def accept(mode: str = "shared") -> dict[str, Any]:
    """Who takes connections: `handout` (the master gives them out) or `shared` (who is first)."""
    cluster.configure(accept=mode)
    return {"accept": mode}


@lab.trigger
def more_load() -> dict[str, Any]:
    """Half as many requests again, up to 150 a second."""
    load.rate = min(load.rate * 1.5, 150.0)
    return {"rate": load.rate}


@lab.trigger
def less_load() -> dict[str, Any]:
    """A third of the requests less."""
    load.rate = max(load.rate / 1.5, 1.0)
    return {"rate": load.rate}


# -- gauges


@lab.gauge
def rate() -> float | None:
    """Requests a second, over the last five seconds."""
    return load.window.rate()


@lab.gauge
def lost() -> float | None:
    """Requests that got no answer, in the last ten seconds."""
    return outcomes.failed if outcomes.count else None


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
    now = time.monotonic()
    restarts.append((now, cluster.board.master["restarts"]))
    while restarts[0][0] < now - 10:
        restarts.popleft()
    return restarts[-1][1] - restarts[0][1]


# -- experiments


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
    one = max(cores_used(40) for _ in range(2))  # others may use this machine, too
    cluster.scale(WORKERS)
    four = max(cores_used(40) for _ in range(2))
    load.start()
    choice = "one" if one <= 1.15 else "many"
    return lab.observed(
        choice, cores_of_one_worker=one, cores_of_four_workers=four, cores_here=os.cpu_count() or 1
    )


def cores_used(requests: int) -> float:
    """Seconds of CPU that the workers used, for each second of the clock."""
    cpu, begun = cluster.cpu_ms(), time.monotonic()
    burst = lab.load(lambda _: clients.ask("/work?20"), rate=5000, concurrency=4, target="master")
    burst.run(requests)
    seconds = time.monotonic() - begun
    return round((cluster.cpu_ms() - cpu) / 1000 / seconds, 2)


@lab.experiment
def kill_one() -> Observed:
    """Kill a worker that serves at least two requests, and count who got no answer."""
    fresh()
    seen = crash(2)
    if seen["lost"] == 0:
        choice = "nothing"
    else:
        choice = "in_flight" if seen["lost"] <= seen["serving"] else "quarter"
    return lab.observed(choice, **seen)


@lab.experiment
def stopped_or_dead() -> Observed:
    """Three seconds after a kill, three seconds after a stop: which of them lost more?"""
    fresh()
    dead = clients.lost_while(lambda: (cluster.kill(cluster.busy_worker(2)), cluster.restarts_in(3)))
    cluster.worker(2)
    stopped = clients.lost_while(lambda: (cluster.stop(2), cluster.restarts_in(3)))
    cluster.resume()
    choice = "stopped" if stopped > 2 * dead else "dead" if dead > 2 * stopped else "same"
    return lab.observed(choice, lost_to_the_dead=dead, lost_to_the_stopped=stopped, seconds=3)


@lab.experiment
def heartbeat() -> Observed:
    """The same stop, but the master wants a sign of life every second."""
    fresh(heartbeat_seconds=1.0)
    row = cluster.stop(2)
    old = row["pid"]
    lost = clients.lost_while(lambda: lab.until(lambda: row["state"] == DEAD, 4, "a kill"))
    replaced = row["state"] == DEAD and cluster.successor(2, old)["pid"] != old
    fresh()
    return lab.observed("replaced" if replaced else "stays", old_pid=old, lost=lost)


@lab.experiment
def crash_loop() -> Observed:
    """A release that dies at its start: how often is it started, without back-off and with it?"""
    fresh()
    without = crash_at_boot(1, backoff=False)
    fresh()
    with_it = crash_at_boot(1, backoff=True)
    fresh()
    ratio = without["starts"] / max(with_it["starts"], 1)
    choice = "storm" if ratio >= 5 else "few"
    return lab.observed(
        choice, starts_without=without["starts"], starts_with=with_it["starts"],
        cpu_ms_without=without["cpu_ms"], cpu_ms_with=with_it["cpu_ms"], seconds=1.5,
    )  # fmt: skip


@lab.experiment
def dismiss_one() -> Observed:
    """Ask a worker that serves at least two requests to leave, and count who got no answer."""
    fresh()
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
        shares[mode] = clients.count_workers(120, rate=100)
    fresh()
    even = {mode: max(counts) <= 1.2 * min(counts) for mode, counts in shares.items()}
    choice = {(True, False): "handout", (False, True): "shared", (True, True): "both"}
    return lab.observed(choice.get((even["handout"], even["shared"]), "neither"), **shares)


@lab.experiment
def rolling() -> Observed:
    """Replace all four workers under load, and count who got no answer."""
    fresh()
    seen = roll()
    replaced = len(set(seen["new_pids"]) - set(seen["old_pids"]))
    if seen["lost"] == 0 and replaced == WORKERS:
        return lab.observed("nothing", replaced=replaced, **seen)
    return lab.observed("some" if replaced == WORKERS else "not_replaced", replaced=replaced, **seen)


@lab.experiment
def bad_release() -> Observed:
    """The same, with a release that cannot start."""
    fresh()
    old = cluster.pids()
    lost = clients.lost_while(lambda: cluster.configure(broken=True))
    stayed = [pid for pid in cluster.pids() if pid in old]
    fresh()
    choice = "old_stay" if len(stayed) == WORKERS else "outage" if lost else "fewer"
    return lab.observed(choice, old_pids=old, still_there=stayed, lost=lost)


if __name__ == "__main__":
    lab.play(crash, dismiss, stop, go_on, leak, crash_at_boot, mend, roll, add, remove, kill_one)
