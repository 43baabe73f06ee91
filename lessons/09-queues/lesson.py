"""Lesson 9 in Python: work for later. Alone: `python lesson.py`.

What runs is in shop.py, worker.py, confirm.py, streams.py and mail.py; system.py starts it and
asks it; measuring.py holds the experiments' counters and stop-watches.
"""

import measuring
from confirm import Clerk
from drain import drain_seconds, latest_return
from mail import MailServer
from measuring import BACKLOG
from shop import Shop
from staff import CHECK_MS, IDLE_MS, LOCK_MS, MOST_WORKERS
from system import System

from lab import Lab, Observed
from lab.errors import LabError

lab = Lab()
system = System(lab)


@lab.setup
def start() -> None:
    """Start a shop, a queue, five workers and a mail server; returns when all answer."""
    system.start()
    lab.source_of("clients", System.post)
    lab.source_of("shop", Shop.take)
    lab.source_of("mail", MailServer.accept)
    for number in range(1, MOST_WORKERS + 1):
        lab.source_of(f"worker-{number}", Clerk.confirm)


# -- what you can do


@lab.trigger
def enqueue(count: int = 1, how: str = "bullmq") -> dict[str, object]:
    """Order something; the confirmation mail is left for later."""
    if how not in ("bullmq", "stream", "now"):
        raise LabError("how is bullmq, stream or now")
    try:
        return {"orders": system.take(max(1, min(count, 20)), how=how)}
    except LabError as refusal:
        if how != "now":
            raise
        lab.note(f"the customer has an error instead of an order: {refusal}", "bad", "shop")
        return {"orders": [], "refused": str(refusal)}


@lab.trigger
def burst(count: int = 200) -> dict[str, object]:
    """Many orders at once."""
    orders = system.take(max(1, min(count, 1000)))
    return {"first": orders[0], "last": orders[-1], "waiting": system.jobs.waiting()}


@lab.trigger
def orders(rate: int = 10) -> dict[str, object]:
    """Orders keep coming, `rate` a second, until you say 0."""
    system.traffic.rate = max(1, min(rate, 60))
    if rate > 0:
        system.traffic.start()
    else:
        system.traffic.stop()
    return {"rate": rate}


@lab.trigger
def add_worker() -> dict[str, object]:
    """One worker more, six at most."""
    system.staff.add()
    return {"workers": system.staff.running}


@lab.trigger
def remove_worker() -> dict[str, object]:
    """One worker less: it finishes its job first."""
    system.staff.remove()
    return {"workers": system.staff.running}


@lab.trigger
def crash(how: str = "bullmq") -> dict[str, object]:
    """SIGKILL a worker in the middle of a job: one that is busy, or one that has just sent a mail.

    With nothing to do, it gets an order first and is killed when the mail has gone out.
    """
    if not system.staff.running:
        raise LabError("no worker runs: add one first")
    busy = system.busy(how)
    if busy:
        victim, job = busy[0], "a job"
        system.workers[victim].kill()
    else:
        job = system.take(1, how=how, before=0.0, after=2.0)[0]
        victim = measuring.crash(system, job, how)
    lab.note(f"{victim} died in the middle of {job}", "bad", victim)
    return {"worker": victim, "in_the_middle_of": job}


@lab.trigger
def poison(count: int = 1) -> dict[str, object]:
    """Orders without an address: their job can never be done. Three attempts, unless you chose."""
    options = {"attempts": 3, **system.options}
    return {"orders": system.take(max(1, min(count, 20)), options=options, poison=True)}


@lab.trigger
def slow(seconds: float = 2.0) -> dict[str, object]:
    """New orders' jobs take so long from now on (0.2 is usual)."""
    system.order["after"] = max(0.0, min(seconds, 10.0) - 0.12)
    return {"seconds": seconds}


@lab.trigger
def key(on: bool = True) -> dict[str, object]:
    """Whether new orders' mails carry an idempotency key."""
    system.order["key"] = on
    return {"key": on}


@lab.trigger
def retry(attempts: int = 5, delay_ms: int = 200, backoff: str = "jitter") -> dict[str, object]:
    """How new orders' jobs are tried again: none, fixed, exponential or jitter."""
    if backoff not in ("none", "fixed", "exponential", "jitter"):
        raise LabError("backoff is none, fixed, exponential or jitter")
    kind = {"type": backoff, "delay": max(1, delay_ms)} if backoff != "none" else 0
    system.options = {"attempts": max(1, min(attempts, 20)), "backoff": kind}
    return dict(system.options)


@lab.trigger
def break_mail() -> dict[str, object]:
    """The mail server answers 503 to everything."""
    system.outbox.set(works=False)
    system.mail.node.up(detail="broken: 503")
    return {"mail": "broken"}


@lab.trigger
def mend_mail() -> dict[str, object]:
    """The mail server works again, and as fast as it did."""
    system.mend()
    return {"mail": "works"}


@lab.trigger
def slow_mail(seconds: float = 0.5, lanes: int = 2) -> dict[str, object]:
    """Each mail takes the mail server so long, and it does only so many at a time."""
    lanes = max(1, min(lanes, 50))
    system.outbox.set(seconds=max(0.001, min(seconds, 5.0)), lanes=lanes)
    return {"seconds": seconds, "lanes": lanes, "capacity_per_second": round(lanes / seconds, 1)}


@lab.trigger
def revive() -> dict[str, object]:
    """Put what was set aside back into the queue."""
    return {"revived": system.revive()}


# -- what you can watch


@lab.gauge
def waiting() -> float | None:
    """Jobs that nobody does yet."""
    return system.jobs.waiting()


@lab.gauge
def oldest_s() -> float | None:
    """For how long the oldest job has been waiting."""
    return system.jobs.oldest()


@lab.gauge
def mails() -> float | None:
    """Mails that go out each second."""
    count, seconds = system.outbox.recent("sent")
    return count / seconds if seconds > 0.2 else None


@lab.gauge
def refused() -> float | None:
    """Mails that the mail server refuses each second."""
    count, seconds = system.outbox.recent("refused")
    return count / seconds if seconds > 0.2 else None


@lab.gauge
def doubles() -> float | None:
    """Mails of the last half minute that had gone out before."""
    return system.outbox.recent("doubles", seconds=30)[0]


@lab.gauge
def dead() -> float | None:
    """Jobs that were set aside."""
    return system.jobs.dead()


# -- what you predict


@lab.experiment
def later() -> Observed:
    """Order with the mail sent at once and left for later; with a working and a broken server."""
    seen = measuring.answers(system)
    quick = seen["later_ms"] < seen["now_ms"] / 3
    kept = seen["broken_later"] == 200 and seen["mail_sent_after_mending"] == 1
    choice = "slower" if not quick else "nothing" if kept else "lost"
    return lab.observed(choice, **seen)


@lab.experiment
def one_more() -> Observed:
    """A backlog, orders that keep coming, and three workers; then the same with four."""
    seconds = {n: measuring.with_backlog(system, n, seconds=60)[0] for n in (3, 4)}
    three, four = seconds[3], seconds[4]
    if three is None or four is None:
        choice = "never"
    else:
        choice = "half" if four / three < 0.63 else "quarter_less"
    return lab.observed(
        choice, lab_seconds={n: s and round(s, 2) for n, s in seconds.items()},
        lab_formula={n: drain_seconds(BACKLOG, n, 5, 10) for n in (3, 4)},
        of_600={n: drain_seconds(600, n, 5, 10) for n in (2, 3, 4, 6)},
    )  # fmt: skip


@lab.experiment
def two_workers() -> Observed:
    """The same backlog with two workers, which together are as fast as orders come."""
    seconds, left = measuring.with_backlog(system, 2, seconds=4.0)
    choice = "never" if seconds is None and left > 0.7 * BACKLOG else "some_day"
    return lab.observed(
        choice, backlog=BACKLOG, left_after_4_s=left, of_600=drain_seconds(600, 2, 5, 10)
    )


@lab.experiment
def bottleneck() -> Observed:
    """One, two and five workers before a mail server that sends two mails at a time."""
    with system.fresh(seconds=0.1, lanes=2):
        jobs = {1: 8, 2: 16, 5: 16}
        rates = {n: measuring.throughput(system, n, count) for n, count in jobs.items()}
    more = rates[5] / rates[2]
    choice = "same" if 0.6 < more < 1.75 else "more" if more >= 1.75 else "less"
    return lab.observed(
        choice, mails_per_second={n: round(rate, 1) for n, rate in rates.items()}, capacity=20
    )


@lab.experiment
def mid_job() -> Observed:
    """Kill a worker after its mail went out and before its job was done."""
    return mails_after_crash(with_key=False)


@lab.experiment
def with_key() -> Observed:
    """The same, with an idempotency key on the mail."""
    return mails_after_crash(with_key=True)


def mails_after_crash(*, with_key: bool) -> Observed:
    """How often the mail of an interrupted job goes out."""
    seen = measuring.crash_mid_job(system, key=with_key)
    choice = {1: "once", 2: "twice"}.get(seen.sent, "never" if seen.sent == 0 else "more")
    return lab.observed(
        choice, killed=seen.victim, ran_again_on=seen.heir, runs=seen.asked, mails=seen.sent
    )


@lab.experiment
def abandoned() -> Observed:
    """Kill a worker in the middle of a job; how long until another one begins it again?"""
    seen = measuring.crash_mid_job(system, key=True)
    lock, check = LOCK_MS / 1000, CHECK_MS / 1000
    choice = "at_once" if seen.seconds < 0.5 else "lock"
    return lab.observed(
        choice, seconds=seen.seconds, lock_seconds=lock, check_seconds=check,
        at_most=latest_return(lock, check), at_most_with_defaults=latest_return(30, 30),
    )  # fmt: skip


@lab.experiment
def poisoned() -> Observed:
    """A job that always fails comes first, twenty good ones after it, and there is one worker."""
    seen = measuring.with_poison(system, good=20)
    if seen["sent"] < seen["good"]:
        choice = "blocks"
    else:
        choice = "aside" if seen["attempts"] == [3] else "gone"
    return lab.observed(choice, **seen)


@lab.experiment
def storm() -> Observed:
    """An outage of two seconds, jobs with five attempts: without a delay, and with growing ones."""
    growing = {"type": "exponential", "delay": 400}
    seen = {
        name: measuring.through_outage(system, backoff, jobs=10, attempts=5)
        for name, backoff in (("no_delay", 0), ("growing", growing))
    }
    dead = (seen["no_delay"]["dead"], seen["growing"]["dead"])
    choice = {(10, 0): "all_none", (0, 0): "none_none", (10, 10): "all_all"}.get(dead, "other")
    return lab.observed(choice, jobs=10, attempts=5, **seen)


@lab.experiment
def tiers() -> Observed:
    """Queue, worker and a relay each try three times; the mail server is broken."""
    calls = measuring.through_three_tiers(system)
    return lab.observed({3: "three", 9: "nine", 27: "product"}.get(calls, "other"), calls=calls)


@lab.experiment
def unacknowledged() -> Observed:
    """Kill a worker that had read a job from the raw stream and not acknowledged it."""
    seen = measuring.crash_on_stream(system)
    if seen["pending_with"] == seen["victim"] and seen["unread"] == 0:
        choice = "pending"
    else:
        choice = "back" if seen["unread"] else "gone"
    return lab.observed(choice, idle_seconds=IDLE_MS / 1000, **seen)


@lab.experiment
def too_slow() -> Observed:
    """A job takes longer than the time after which its worker is taken for dead."""
    seen = measuring.longer_than_patience(system)
    more = (seen["bullmq"] > 1, seen["stream"] > 1)
    choice = {(False, True): "stream", (True, True): "both"}.get(more, "none")
    return lab.observed(
        choice, mails=seen, idle_seconds=IDLE_MS / 1000, lock_seconds=LOCK_MS / 1000
    )


@lab.experiment
def full_queue() -> Observed:
    """More jobs than Redis has room for: with noeviction, and with a cache's allkeys-lru."""
    seen = measuring.full_redis(system, jobs=1500)
    keeps, drops = seen["noeviction"], seen["allkeys-lru"]
    told = keeps["refused"] > 0 and keeps["lost"] == 0
    silent = drops["refused"] == 0 and drops["lost"] > 0
    return lab.observed("told_silent" if told and silent else "same", jobs=1500, **seen)


if __name__ == "__main__":
    lab.play(enqueue, crash, later, mid_job, with_key, poisoned, unacknowledged)
