"""The other experiments' stop-watches and counters."""

import json
import time
from typing import Any

from incidents import Replay, Script, replayed
from system import System
from visitors import PAGES, USERS, Seen, p99, share

from lab.errors import LabError
from lab.process import Process

ODD, EVEN = range(1, USERS, 2), range(0, USERS, 2)


def one_of_each_dies(system: System) -> Replay:
    """A part of every tier is lost, one after the other, while visitors come."""
    with system.calm(lock=True, edge_lock=True, stale=True, retries="budget"):
        for page in range(PAGES):
            system.one("pages", page)
        script: Script = [
            (0.4, lambda: system.signal_app(1, 9)),
            (1.2, system.jobs[0].kill),
            (1.6, system.secondary("b").kill),
            (2.4, system.cache.kill),
            (3.2, lambda: system.tell("mail", works=False)),
        ]
        streams = [(10.0, "pages", range(PAGES)), (8.0, "users", range(USERS)),
                   (2.0, "orders", range(USERS))]  # fmt: skip
        return replayed(system, "one of each", 5.0, streams, script)


def without_primary(system: System) -> dict[str, float]:
    """A shard's primary is killed; percent of good answers, by what was wanted and where."""
    with system.calm():
        primary = system.sets["a"].primary
        streams = [(10.0, "users", range(USERS)), (6.0, "orders", EVEN), (6.0, "orders", ODD)]
        run = replayed(system, "no primary", 2.0, streams, [(0.2, primary.kill)])

    def answered(kind: str, numbers: range) -> float:
        return run.good(lambda v: v.kind == kind and v.number in numbers and v.at > 0.4)

    return {
        "orders_shard_a": answered("orders", EVEN), "orders_shard_b": answered("orders", ODD),
        "reads": answered("users", range(USERS)),
    }  # fmt: skip


def behind_the_edge(system: System) -> dict[str, Any]:
    """The balancer is killed; what visitors get once the edge's copies are old."""
    with system.calm(stale=True):
        for page in range(PAGES):
            system.one("pages", page)
        system.balancer.end()
        began = time.monotonic()
        pages: list[Seen] = []

        def are_old() -> bool:
            pages[:] = [system.one("pages", page) for page in range(PAGES)]
            return all(one.edge != "HIT" for one in pages)

        system.lab.until(are_old, 6, "the end of the edge's copies")
        users = [system.one("users", user) for user in range(4)]
        return {
            "pages_answered": share(pages, lambda one: one.good),
            "edge_says": sorted({one.edge for one in pages}),
            "users_answered": share(users, lambda one: one.good),
            "seconds_since_the_origin_died": round(time.monotonic() - began, 1),
        }  # fmt: skip


def without_mail(system: System) -> dict[str, Any]:
    """The mail server refuses everything for a while; orders come all the same."""
    with system.calm():
        script: Script = [
            (0.0, lambda: system.tell("mail", works=False)),
            (2.5, lambda: system.tell("mail", works=True)),
        ]
        streams = [(6.0, "orders", range(USERS)), (6.0, "users", range(USERS))]
        deepest = [0]
        script.append((2.4, lambda: deepest.__setitem__(0, system.depth() or 0)))
        run = replayed(system, "no mail", 3.6, streams, script)
        meanwhile = [one for one in run.seen if one.visit.at < 2.4]
        orders = sum(one.visit.kind == "orders" and one.status == 200 for one in run.seen)
        system.lab.until(lambda: system.depth() == 0, 15, "an empty queue")
        mail = system.lab.until(lambda: system.stats("mail"), 10, "the mail server's counts")
        return {
            "answered_percent": share(meanwhile, lambda one: one.status == 200), "orders": orders,
            "waiting_at_the_end_of_the_outage": deepest[0], "refused": mail["refused"],
            "mails": mail["sent"], "doubles": mail["doubles"],
            "set_aside": int(system.jobs_client.xlen("mails.dead")),
        }  # fmt: skip


def calls_for_one_visit(system: System, workers: int, visits: int = 5) -> float:
    """How often a dead store is asked for each visitor, when every tier tries again."""
    with system.calm(retries="naive"):
        system.staff(workers)
        system.tell("router", broken=True)
        system.tell("router", zero=True)
        for user in range(visits):
            system.one("users", user)
        stats = system.lab.until(system.stats, 10, "the router's counts")
        return sum(stats["calls"].values()) / visits


def own_orders(system: System, *, own: bool) -> dict[str, Any]:
    """Ten users order, and look at their data at once, while a secondary is late."""
    with system.calm(own=own):
        system.late = system.secondary("a")
        system.sets["a"].set_lag(system.late, 2)
        system.tell("router", zero=True)
        stale = 0
        for user in list(EVEN)[:10]:
            ordered = system.one("orders", user)
            seen = [system.one("users", user) for _ in range(2)]
            stale += sum(one.is_stale for one in seen) if ordered.good else 0
        stats = system.lab.until(system.stats, 10, "the router's counts")
        return {"reads": 20, "stale": stale, "store_calls": sum(stats["calls"].values())}


def surge(system: System, shed: int) -> dict[str, Any]:
    """Twice as many visitors as the stores can answer."""
    with system.calm(shed=shed):
        system.tell("router", query=0.2)
        run = replayed(system, "surge", 3.2, [(80.0, "users", range(USERS))])
    late = [one for one in run.seen if one.visit.at > 0.7]
    return {
        "visits": len(late), "good": sum(one.good for one in late),
        "refused_at_once": sum(one.how == "SHED" for one in late),
        "p99_ms_of_good": p99([one for one in late if one.good]),
    }  # fmt: skip


def busy_worker(system: System) -> Process:
    """A queue worker that has a job now; when there is none, somebody orders."""
    running = [one for one in system.jobs if one.is_running]
    if not running:
        raise LabError("no queue worker runs: mend first")

    def found() -> list[Process]:
        busy = system.jobs_client.hkeys("busy")
        if not busy and not system.depth():
            job = {"order": f"extra-{time.monotonic()}", "user": 0, "key": system.settings.key}
            system.jobs_client.xadd("mails", {"job": json.dumps(job)})
        return [one for one in running if one.name in busy]

    return system.lab.until(found, 10, "a queue worker with a job")[0]
