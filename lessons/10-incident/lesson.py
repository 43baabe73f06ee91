"""Lesson 10 in Python: all of it at once. Alone: `python lesson.py`.

Processes: cluster.py and app.py, router.py and lanes.py, jobs.py, mail.py, two nginx (edge.conf,
balancer.conf), two Redis, six databases. fleet.py and system.py start them and ask them;
incidents.py has the scripts; measuring.py the other experiments' counters.
"""

import signal
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import incidents
import measuring
from app import App
from copies import Copies
from incidents import HOT, Signals, diagnose
from jobs import Jobs
from mail import MailServer
from router import Router
from system import RATE, System
from visitors import PAGES, Crowd, p99, share

from lab import Lab, Observed
from lab.errors import LabError

T = TypeVar("T")
lab = Lab()
system: System

MITIGATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # on, off
    "lock": ({"lock": True, "edge_lock": True}, {"lock": False, "edge_lock": False}),
    "budget": ({"retries": "budget"}, {"retries": "none"}),
    "breaker": ({"breaker": True}, {"breaker": False}),
    "shed": ({"shed": 3}, {"shed": 0}),
    "stale": ({"stale": True}, {"stale": False}),
    "any_member": ({"read": "any"}, {"read": "secondary"}),
    "own_writes": ({"own": True}, {"own": False}),
    "copy_users": ({"user_copy_ms": 1000, "lock": True}, {"user_copy_ms": 0}),
    "mail_key": ({"key": True}, {"key": False}),
}


@lab.setup
def start() -> None:
    """Start every tier; returns when all answer."""
    global system  # noqa: PLW0603  the lab has one
    system = System(lab)
    system.start()
    lab.source_of("visitors", Crowd.replay)
    lab.source_of("router", Router.choose)
    lab.source_of("cache", Copies.read)
    lab.source_of("mail", MailServer.accept)
    lab.source_of("edge", incidents.stampede)
    lab.source_of("balancer", incidents.retry_storm)
    for number in (1, 2):
        lab.source_of(f"jobs-{number}", Jobs.run)
    for number in (1, 2, 3):
        lab.source_of(f"app-{number}", App.user)


# -- what visitors do


@lab.trigger
def visit(kind: str = "pages", number: int = 0) -> dict[str, object]:
    """One visitor: `pages`, `users` (their own data) or `orders`."""
    if kind not in ("pages", "users", "orders"):
        raise LabError("kind is pages, users or orders")
    seen = system.one(kind, number)
    return {
        "status": seen.status, "ms": round(seen.ms), "edge": seen.edge, "app": seen.how,
        "stale": seen.is_stale,
    }  # fmt: skip


@lab.trigger
def surge(rate: int = 60, hot: int = 0) -> dict[str, object]:
    """So many visitors a second; of those who want somebody's data, `hot` percent want user 0's."""
    system.traffic.rate = max(1, min(rate, 120))
    system.crowd.hot = max(0, min(hot, 100)) / 100
    return {"rate": system.traffic.rate, "percent_for_user_0": hot}


# -- what breaks


@lab.trigger
def crash(app: int = 1, how: str = "kill") -> dict[str, object]:
    """SIGKILL an app worker; or SIGSTOP with `hang`: it takes connections and never answers."""
    number = signal.SIGSTOP if how == "hang" else signal.SIGKILL
    return {"app": app, "pid": system.signal_app(app, number), "how": how}


@lab.trigger
def slow(what: str = "shards", ms: int = 300) -> dict[str, object]:
    """Each question to the `shards` takes so long (80 is usual); or the `apps` so much longer."""
    if what == "apps":
        system.use(slow_ms=max(0, min(ms, 3000)))
    else:
        system.tell("router", query=max(1, min(ms, 5000)) / 1000)
    return {"slow": what, "ms": ms}


@lab.trigger
def kill_cache(how: str = "kill") -> dict[str, object]:
    """Kill Redis, the cache; or `pause` it: then it hangs."""
    if how == "pause" and system.cache.is_running:
        system.cache.pause()
    elif how == "kill":
        system.cache.kill()
    return {"cache": system.cache.node.state}


@lab.trigger
def flush(where: str = "everywhere") -> dict[str, object]:
    """Every copy is gone, at the edge and in Redis; or only at the `edge`."""
    redis_answers = system.cache.is_running and system.cache.node.state != "paused"
    if where != "edge" and redis_answers:
        system.cache.client().flushall()
    system.use(generation=system.generation + 1)
    return {"empty": where}


@lab.trigger
def kill_origin() -> dict[str, object]:
    """Kill the balancer, which is the edge's way to everything else."""
    system.balancer.end()
    return {"balancer": "dead"}


@lab.trigger
def kill_member(role: str = "primary", shard: str = "a") -> dict[str, object]:
    """SIGKILL the primary of a shard, or one of its secondaries."""
    victim = system.secondary(shard) if role == "secondary" else system.replicas(shard).primary
    victim.kill()
    return {"killed": victim.name, "role": role}


@lab.trigger
def lag(seconds: float = 2.0, shard: str = "a") -> dict[str, object]:
    """One secondary of a shard gets every write so much later; 0 ends it."""
    system.reconnect()
    if seconds > 0:
        system.late = system.secondary(shard)
        system.replicas(shard).set_lag(system.late, min(seconds, 30))
    return {"late": system.late.name if system.late else None, "seconds": seconds}


@lab.trigger
def partition(shard: str = "b") -> dict[str, object]:
    """Cut a shard's primary off from its secondaries (needs the stand-in)."""
    victim = system.replicas(shard).primary
    if not victim.stand_in:
        raise LabError("only the stand-in can be cut off; this is a real mongod")
    system.reconnect()
    system.replicas(shard).partition(victim)
    system.cut = shard
    return {"cut_off": victim.name}


@lab.trigger
def crash_job() -> dict[str, object]:
    """SIGKILL a queue worker in the middle of a job."""
    found = measuring.busy_worker(system)
    found.kill()
    return {"killed": found.name}


@lab.trigger
def poison() -> dict[str, object]:
    """A job that can never be done."""
    system.jobs_client.xadd("mails", {"job": '{"order": "poison", "user": null}'})
    return {"waiting": system.depth()}


@lab.trigger
def break_mail(works: bool = False) -> dict[str, object]:
    """The mail server refuses everything."""
    system.tell("mail", works=works)
    return {"works": works}


@lab.trigger
def mend() -> dict[str, object]:
    """Everything runs again, at its usual speed; the mitigations stay as they are."""
    system.traffic.rate, system.crowd.hot = RATE, 0.0
    system.mend()
    system.use(slow_ms=0)
    return {"running": system.running()}


# -- the incidents


@lab.trigger
def stampede() -> dict[str, object]:
    """Many want one page, and all its copies are gone. Answers what an operator would see."""
    return live(lambda: incidents.stampede(system, mitigations())[0])


@lab.trigger
def retry_storm() -> dict[str, object]:
    """The shards hang for two seconds; every tier tries again, unless there is a budget."""
    chosen = mitigations()
    del chosen["workers"]
    chosen["retries"] = "budget" if chosen["retries"] == "budget" else "naive"
    return live(lambda: incidents.retry_storm(system, **chosen))


@lab.trigger
def hot_shard() -> dict[str, object]:
    """One user is famous, and their shard has lost a secondary."""
    return live(lambda: incidents.hot_shard(system, mitigations())[0])


def mitigations() -> dict[str, Any]:
    """What the learner has switched on, for an incident that begins anew."""
    own = system.settings
    return {
        "lock": own.lock, "user_copy_ms": own.user_copy_ms, "read": own.read, "own": own.own,
        "shed": own.shed, "breaker": own.breaker, "workers": system.workers,
        "edge_lock": system.edge_lock, "stale": system.stale, "retries": own.retries,
    }  # fmt: skip


def live(play: Callable[[], incidents.Replay]) -> dict[str, object]:
    """An incident with the learner's mitigations, which stay on afterwards."""
    chosen = mitigations()
    run = play()
    workers = chosen.pop("workers")
    system.use(**chosen)
    system.staff(workers)
    return {**run.signals.facts(), "late_or_lost": run.failed()}


# -- the mitigations


@lab.trigger
def mitigate(what: str = "lock", on: bool = True) -> dict[str, object]:
    """Switch a mitigation on or off."""
    if what not in MITIGATIONS:
        raise LabError(f"what is one of {', '.join(MITIGATIONS)}")
    system.use(**MITIGATIONS[what][0 if on else 1])
    return {what: on}


@lab.trigger
def workers(count: int = 4) -> dict[str, object]:
    """Three or four app workers."""
    system.staff(count)
    return {"workers": system.workers}


# -- what you can watch


@lab.gauge
def availability() -> float | None:
    """Percent of recent visits with a good answer within a second."""
    return share(system.crowd.window(), lambda one: one.good)


@lab.gauge
def p99_ms() -> float | None:
    """The time that 99 of 100 recent visits stay within."""
    return p99(system.crowd.window())


@lab.gauge
def hit_ratio() -> float | None:
    """Percent of recent pages that came from a copy."""
    pages = [one for one in system.crowd.window() if one.visit.kind == "pages"]
    return share(pages, lambda one: one.is_copy)


@lab.gauge
def store_calls() -> float | None:
    """Questions a second at the shards."""
    return system.meters.call_rate()


@lab.gauge
def waiting_jobs() -> float | None:
    """Jobs in the queue that are not done."""
    return system.depth()


@lab.gauge
def doubles() -> float | None:
    """Mails of the last half minute that had gone out before."""
    return system.meters.doubles()


@lab.gauge
def stale_reads() -> float | None:
    """Percent of recent reads that were older than what had been promised."""
    reads = [one for one in system.crowd.window() if one.visit.kind == "users"]
    return share(reads, lambda one: one.is_stale)


@lab.gauge
def cost() -> float | None:
    """Node-seconds for each good answer of the last ten seconds."""
    good = sum(one.good for one in system.crowd.window(10))
    return system.meters.node_seconds() / good if good else None


# -- what you predict


def steadily(play: Callable[[], T]) -> T:
    """Once more, where the computer had too much else to do to measure anything."""
    return incidents.steadily(system, play)


@lab.experiment
def one_of_each() -> Observed:
    """An app, a queue worker, a secondary, the cache and the mail server fail in five seconds."""
    run = steadily(lambda: measuring.one_of_each_dies(system))
    good = run.signals.good_percent
    choice = "hardly" if good >= 70 else "half" if good >= 30 else "most"
    return lab.observed(choice, late_or_lost=run.lost_by_kind(), **run.signals.facts())


@lab.experiment
def no_primary() -> Observed:
    """Kill the primary of shard a, and look who is answered in the two seconds after."""
    good = steadily(lambda: measuring.without_primary(system))
    lost, other, reads = good["orders_shard_a"], good["orders_shard_b"], good["reads"]
    if lost > 50:
        choice = "nothing"
    elif other > 75 and reads > 75:
        choice = "its_writes"
    else:
        choice = "shard" if other > 75 else "all_writes"
    return lab.observed(choice, good_percent=good)


@lab.experiment
def no_origin() -> Observed:
    """The edge may serve old copies, and its way to the origin dies."""
    seen = measuring.behind_the_edge(system)
    answered = (seen["pages_answered"] > 90, seen["users_answered"] > 10)
    choice = {(True, False): "pages", (True, True): "all"}.get(answered, "nothing")
    return lab.observed(choice, pages=PAGES, **seen)


@lab.experiment
def no_mail() -> Observed:
    """The mail server refuses everything for a while, while people order."""
    seen = steadily(lambda: measuring.without_mail(system))
    if seen["answered_percent"] < 80:
        choice = "orders_fail"
    else:
        all_sent = seen["mails"] >= seen["orders"] and seen["doubles"] == 0
        choice = "later" if all_sent else "lost"
    return lab.observed(choice, **seen)


def cause(signals: Signals) -> Observed:
    """What the signals say."""
    return lab.observed(diagnose(signals), **signals.facts())


@lab.experiment
def first_incident() -> Observed:
    """Visitors wait and leave. You see what an operator sees."""
    return cause(steadily(lambda: incidents.stampede(system, {})[0]).signals)


@lab.experiment
def second_incident() -> Observed:
    """Visitors wait and leave, again."""
    return cause(steadily(lambda: incidents.retry_storm(system, "naive")).signals)


@lab.experiment
def third_incident() -> Observed:
    """Visitors wait and leave, a third time."""
    return cause(steadily(lambda: incidents.hot_shard(system, {})[0]).signals)


@lab.experiment
def stop_stampede() -> Observed:
    """The first incident again, on the same seed: as it was, with a lock, with a fourth app."""
    ways = {"nothing": {}, "lock": {"lock": True}, "worker": {"lock": False, "workers": 4}}
    runs = dict(
        zip(ways, steadily(lambda: incidents.stampede(system, *ways.values())), strict=True)
    )
    rebuilds = {name: run.stats["keys"].get(f"page:{HOT}", 0) for name, run in runs.items()}
    helps = [name for name in ("lock", "worker") if rebuilds[name] < rebuilds["nothing"] / 2]
    return lab.observed(
        "both" if len(helps) == 2 else "".join(helps) or "neither", rebuilds=rebuilds,
        late_or_lost={name: run.failed() for name, run in runs.items()},
    )  # fmt: skip


@lab.experiment
def after_the_stall() -> Observed:
    """The second incident, and its road not taken: a second after the shards work again."""
    good = {
        how: steadily(partial(incidents.retry_storm, system, how)).good(incidents.after_mending)
        for how in ("naive", "budget")
    }
    naive, budget = good["naive"] > 60, good["budget"] > 60
    choice = {(True, True): "both", (False, True): "budget"}.get((naive, budget), "neither")
    return lab.observed(choice, good_percent_a_second_after_mending=good)


@lab.experiment
def one_more_app() -> Observed:
    """The store is dead and every tier tries again: three apps, then four."""
    calls = {workers: measuring.calls_for_one_visit(system, workers) for workers in (3, 4)}
    choice = "more" if calls[4] > calls[3] else "fewer" if calls[4] < calls[3] else "same"
    return lab.observed(choice, store_calls_for_one_visit=calls, product="2 x apps x 2")


@lab.experiment
def cool_the_shard() -> Observed:
    """The third incident, on the same seed: as it was, with copies of users, with a fourth app."""
    copy, no_copy = {"user_copy_ms": 1000, "lock": True}, {"user_copy_ms": 0, "lock": False}
    ways = {"nothing": {}, "copy": copy, "worker": {**no_copy, "workers": 4}}
    runs = dict(
        zip(ways, steadily(lambda: incidents.hot_shard(system, *ways.values())), strict=True)
    )
    failed = {name: run.failed() for name, run in runs.items()}
    helps = [name for name in ("copy", "worker") if failed[name] < failed["nothing"] / 2]
    return lab.observed(
        "both" if len(helps) == 2 else "".join(helps) or "neither", late_or_lost=failed,
        store_calls={name: run.signals.calls for name, run in runs.items()},
    )  # fmt: skip


@lab.experiment
def after_my_order() -> Observed:
    """A secondary is late; ten people order and look twice: as it is, then with own_writes."""
    runs = {own: measuring.own_orders(system, own=own) for own in (False, True)}
    before, after = runs[False]["stale"], runs[True]["stale"]
    choice = "half" if 5 <= before <= 15 and after == 0 else "none" if not before else "all"
    return lab.observed(choice, without=runs[False], with_own_writes=runs[True])


@lab.experiment
def refuse_some() -> Observed:
    """Twice as many visitors as the shards can answer: take all, or refuse at the door."""
    runs = {
        name: steadily(partial(measuring.surge, system, at))
        for name, at in (("take_all", 0), ("shed", 2))
    }
    taken, refusing = runs["take_all"]["good"], runs["shed"]["good"]
    choice = "refuse" if refusing > 2 * taken else "take_all" if taken > 2 * refusing else "same"
    return lab.observed(choice, **runs)


if __name__ == "__main__":
    lab.play(visit, crash, stampede, one_of_each, after_the_stall)
