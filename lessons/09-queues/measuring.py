"""The stop-watches and counters of this lesson's experiments."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from jobs import BULL
from system import System

from lab.errors import NotInTime

PATIENCE = 40.0  # seconds until something counts as stuck, on a busy computer too
QUICK: dict[str, Any] = {"before": 0.0, "after": 0.0}  # nothing but the mail


# -- now or later


def answers(system: System) -> dict[str, Any]:
    """Order with the mail sent now, and with the mail left for later; then without mail server."""
    patient = {"attempts": 12, "backoff": {"type": "fixed", "delay": 200}}
    with system.fresh(seconds=0.5):
        now, later = _ask_thrice(system, "now"), _ask_thrice(system, "bullmq")
        system.outbox.set(works=False, seconds=0.02)
        names = system.name_orders(2)
        refused, taken = (
            system.post([{**QUICK, "order": name}], how, patient).status
            for name, how in zip(names, ("now", "bullmq"), strict=True)
        )
        system.lab.until(
            lambda: system.outbox.mails(names, "asked")[names[1]] >= 2, PATIENCE, "two attempts"
        )
        system.outbox.set(works=True)
        system.lab.until(lambda: system.outbox.mails(names)[names[1]], PATIENCE, "the late mail")
        sent = system.outbox.mails(names)
    return {
        "now_ms": now, "later_ms": later, "broken_now": refused, "broken_later": taken,
        "mail_sent_after_mending": sent[names[1]],
    }  # fmt: skip


def _ask_thrice(system: System, how: str) -> float:
    orders = [[{**QUICK, "order": name}] for name in system.name_orders(3)]
    return round(median(system.post(one, how, {}).ms for one in orders), 1)


# -- how long a backlog lasts

BACKLOG, ARRIVING, PACE_SECONDS = 40, 10, 0.2  # a worker does 5 jobs a second
OUTAGE_SECONDS = 2.0


def with_backlog(system: System, workers: int, seconds: float) -> tuple[float | None, int]:
    """Seconds until the backlog is gone, or None, and how much of it is left then.

    The clock runs from when all are at work; what they did until then is counted in.
    """
    with system.fresh(workers=0):
        system.take(BACKLOG, pace=PACE_SECONDS)
        system.steady(ARRIVING, pace=PACE_SECONDS)
        system.staff.let_work(workers)
        begun, there = time.monotonic(), max(1, system.jobs.waiting())
        try:
            system.lab.until(lambda: not system.client.llen(f"{BULL}:wait"), seconds, "the end")
        except NotInTime:
            return None, system.jobs.waiting()
        return (time.monotonic() - begun) * BACKLOG / there, system.jobs.waiting()


def throughput(system: System, workers: int, jobs: int) -> float:
    """Mails a second that so many workers bring to the mail server."""
    system.staff.let_work(0)
    names = system.take(jobs, **QUICK)
    begun = time.monotonic()
    system.staff.let_work(workers)
    system.lab.until(
        lambda: sum(system.outbox.mails(names).values()) == jobs, PATIENCE, "all mails"
    )
    return jobs / (time.monotonic() - begun)


# -- a worker dies


@dataclass(frozen=True, slots=True)
class Crash:
    """What became of a job whose worker was killed in the middle of it."""

    victim: str
    heir: str
    seconds: float  # from the kill until the mail server heard of the job again
    sent: int
    asked: int


def crash(system: System, order: str, how: str) -> str:
    """Kill the worker that has this order's job, once its mail is out; its name."""
    lab = system.lab
    lab.until(
        lambda: system.outbox.mails([order])[order], 10, "the mail (is the mail server broken?)"
    )
    holder = (
        system.jobs.holder_of(order)
        if how == "bullmq"
        else next(iter(system.jobs.holders("stream")), "")
    )
    if not holder:
        raise NotInTime(f"the job of {order} was done before its worker could be killed")
    system.workers[holder].kill()
    return holder


def crash_mid_job(system: System, *, key: bool) -> Crash:
    """Kill a worker between the mail and the end of the job; wait until the job has run again."""
    with system.fresh():
        order = system.take(1, before=0.0, after=1.2, key=key)[0]
        victim = crash(system, order, "bullmq")
        begun = time.monotonic()
        system.lab.until(
            lambda: system.outbox.mails([order], "asked")[order] >= 2, PATIENCE, "a second run"
        )
        seconds, heir = time.monotonic() - begun, system.jobs.holder_of(order)
        system.lab.until(lambda: not system.jobs.unfinished(), PATIENCE, "the job's end")
        return Crash(
            victim, heir, round(seconds, 2),
            system.outbox.mails([order])[order], system.outbox.mails([order], "asked")[order],
        )  # fmt: skip


def crash_on_stream(system: System) -> dict[str, Any]:
    """The same with the raw stream, and what Redis says about the job meanwhile."""
    with system.fresh():
        order = system.take(1, how="stream", before=0.0, after=1.2)[0]
        victim = crash(system, order, "stream")
        begun = time.monotonic()
        pending, unread = _pending(system), system.client.xinfo_groups("jobs")[0]["lag"]
        system.lab.until(
            lambda: _pending(system)["deliveries"] == 2, PATIENCE, "the job's next owner"
        )
        seconds, taken = time.monotonic() - begun, _pending(system)
        system.lab.until(lambda: not system.jobs.unfinished(), PATIENCE, "the job's end")
        return {
            "victim": victim, "pending_with": pending["consumer"], "unread": unread,
            "taken_over_by": taken["consumer"], "after_seconds": round(seconds, 2),
            "deliveries": taken["deliveries"], "mails": system.outbox.mails([order])[order],
        }  # fmt: skip


def _pending(system: System) -> dict[str, Any]:
    rows = system.client.xpending_range("jobs", "workers", "-", "+", 1)
    if not rows:
        return {"consumer": "", "deliveries": 0}
    return {"consumer": rows[0]["consumer"], "deliveries": rows[0]["times_delivered"]}


def longer_than_patience(system: System) -> dict[str, int]:
    """A job that takes longer than anybody's patience, in both queues; mails sent."""
    with system.fresh():
        by_lock = system.take(1, before=0.0, after=4.5)[0]
        by_idle = system.take(1, how="stream", before=0.0, after=2.7)[0]
        system.lab.until(lambda: not system.jobs.unfinished(), PATIENCE, "the jobs' end")
        sent = system.outbox.mails([by_lock, by_idle])
    return {"bullmq": sent[by_lock], "stream": sent[by_idle]}


# -- what fails


def with_poison(system: System, good: int) -> dict[str, Any]:
    """One job that always fails, then good ones, and a single worker."""
    options = {"attempts": 3, "backoff": {"type": "fixed", "delay": 100}}
    with system.fresh(workers=1):
        system.take(1, poison=True, options=options, **QUICK)
        names = system.take(good, options=options, **QUICK)
        system.lab.until(lambda: not system.jobs.unfinished(), PATIENCE, "an empty queue")
        dead = system.client.zrange(f"{BULL}:failed", 0, -1)
        attempts = [int(system.client.hget(f"{BULL}:{number}", "atm") or 0) for number in dead]
        sent = sum(system.outbox.mails(names).values())
    return {"good": good, "sent": sent, "set_aside": len(dead), "attempts": attempts}


def through_outage(system: System, backoff: Any, jobs: int, attempts: int) -> dict[str, int]:
    """Jobs that meet a broken mail server, which is mended two seconds later."""
    options = {"attempts": attempts, "backoff": backoff}
    with system.fresh(works=False, seconds=0.0):
        names = system.take(jobs, options=options, **QUICK)
        time.sleep(OUTAGE_SECONDS)  # the outage itself
        during = sum(system.outbox.mails(names, "asked").values())
        system.outbox.set(works=True)
        system.lab.until(lambda: not system.jobs.unfinished(), PATIENCE, "an empty queue")
        sent, dead = sum(system.outbox.mails(names).values()), system.jobs.dead()
    return {"calls_during_outage": during, "sent": sent, "dead": dead}


def through_three_tiers(system: System) -> int:
    """Calls at the mail server for one mail, where queue, worker and relay each try three times."""
    port = system.lab.free_port()
    argv = ["python", "relay.py", "--port", str(port), "--mail", str(system.ports["mail"])]
    relay = system.lab.process("relay", argv, role="app", tier=4, ready=port)
    options = {"attempts": 3, "backoff": {"type": "fixed", "delay": 50}}
    with system.fresh(works=False, seconds=0.0):
        order = system.take(1, options=options, tries=3, port=port, **QUICK)[0]
        system.lab.until(system.jobs.dead, PATIENCE, "the end of all attempts")
        calls = system.outbox.mails([order], "asked")[order]
    relay.stop()
    relay.node.gone()
    return calls


# -- a full Redis


def full_redis(system: System, jobs: int) -> dict[str, dict[str, int]]:
    """Too many jobs for a Redis of their own, with the policy of a queue and that of a cache."""
    spare = system.lab.redis("spare", tier=2, title="Another Redis")
    try:
        client = spare.client()
        return {policy: fill(client, policy, jobs) for policy in ("noeviction", "allkeys-lru")}
    finally:
        spare.stop()
        spare.node.gone()


def fill(client: Any, policy: str, jobs: int) -> dict[str, int]:
    """Add jobs to a Redis that has no room for all of them; who was told, and what is there."""
    import redis

    client.execute_command("FLUSHALL", "SYNC")  # the memory, too, is free when it returns
    client.config_set("maxmemory-policy", policy)
    client.config_set("maxmemory", client.info("memory")["used_memory"] + 1_000_000)
    accepted = []
    for number in range(jobs):
        pipeline = client.pipeline()
        pipeline.hset(f"job:{number}", "data", "x" * 1000)
        pipeline.lpush("wait", number)
        try:
            pipeline.execute()
            accepted.append(number)
        except redis.RedisError:
            continue  # the shop was told: it can answer "please try again"
    client.config_set("maxmemory", 0)
    there = sum(client.exists(f"job:{number}") for number in accepted)
    return {
        "accepted": len(accepted), "refused": jobs - len(accepted), "lost": len(accepted) - there,
    }  # fmt: skip
