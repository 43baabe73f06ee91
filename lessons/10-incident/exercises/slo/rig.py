"""The whole system around the learner's service, visitors, and a schedule of faults."""

import contextlib
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from judging import mails, verdict
from shoppers import Shoppers
from submitted import Usage, number_in

from lab import Lab
from lab.errors import LabError

lab = Lab()
parts = SimpleNamespace(verdict=None, amiss="")
USERS, PAGES = 20, 4
STORE = {"query": 0.06, "rebuild": 0.5, "work": 0.02, "lanes": 1}
WARM, QUIET, FAULTS = 0.2, 2.0, 6.0
BUSY_MS, ENOUGH_SECONDS, OWN_SECONDS = 40, 20, 4.0


@lab.setup
def start():
    """Redis twice, two shards, router, mail; then the learner's programs."""
    with ThreadPoolExecutor() as pool:
        sets = [pool.submit(lab.replica_set, 3, tier=4, name=name) for name in ("a", "b")]
        with lab.together():
            parts.cache = lab.redis("cache", tier=3)
            parts.queue = lab.redis("queue", tier=3, role="queue")
        parts.sets = {one.result().name: one.result() for one in sets}
    fill()
    ports = {"router": lab.free_port(), "mail": lab.free_port()}
    members = [f"{name}/{one.name}={one.port}" for name, replicas in parts.sets.items()
               for one in replicas.members]  # fmt: skip
    with lab.together():
        parts.router = lab.process(
            "router", ["python", "router.py", str(ports["router"]), *members], role="balancer",
            tier=3, ready=ports["router"],
        )  # fmt: skip
        parts.mail = lab.process(
            "mail", ["python", "mail.py", str(ports["mail"])], role="origin", tier=3,
            ready=ports["mail"],
        )  # fmt: skip
    lab.publish(
        cache_url=parts.cache.learner_url, queue_url=parts.queue.learner_url,
        router_port=ports["router"], mail_port=ports["mail"],
    )  # fmt: skip
    lab.until(is_whole, 20, "a primary and two secondaries in both shards")
    start_service()


def fill():
    """Users in both shards."""
    for number, replicas in enumerate(parts.sets.values()):
        users = [{"_id": user, "version": 0, "orders": []} for user in range(USERS)]
        with replicas.client(w=3) as client:
            client.course.users.insert_many(users[number::2])


def start_service():
    """As many of the learner's processes as the file says."""
    text = lab.submitted("service.py")
    parts.apps, parts.workers = number_in(text, "APPS", 6), number_in(text, "WORKERS", 3)
    parts.app_ports = [lab.free_port() for _ in range(parts.apps)]
    with lab.together():
        parts.app = [
            lab.submission(
                f"app-{n}", ["python", "service.py", "app", f"app-{n}", str(port)], role="app",
                tier=2, ready=port,
            )
            for n, port in enumerate(parts.app_ports, 1)
        ]  # fmt: skip
        parts.worker = [
            lab.submission(
                f"worker-{n}", ["python", "service.py", "worker", f"worker-{n}"], role="worker",
                tier=2,
            )
            for n in range(1, parts.workers + 1)
        ]  # fmt: skip


# -- what is asked and told


def stats(who):
    """What it counted; nothing while it does not answer."""
    with contextlib.suppress(LabError):
        return getattr(parts, who).tell()
    return {}


def is_whole():
    """Whether the router sees everybody."""
    roles = list(stats("router").get("roles", {}).values())
    return roles.count("primary") == 2 and roles.count("secondary") == 4


# -- the faults


def hang_cache():
    """It takes connections and says nothing."""
    parts.cache.pause()
    time.sleep(2.8)  # how long the fault lasts
    parts.cache.resume()


def lose_copies():
    """Nothing is in the cache any more."""
    parts.cache.client().flushall()


def hang_secondary():
    """The late one; its shard keeps a majority."""
    parts.late.pause()
    time.sleep(1.5)
    parts.late.resume()


def kill_primary():
    """Of the other shard."""
    parts.replicas.primary.kill()


def kill_app():
    """The first one, when it has just confirmed an order; a supervisor starts it again.

    What it meant to do for that order later, and kept in its memory, dies with it.
    """
    parts.mail.tell(seconds=0.6)
    parts.shoppers.order_at(parts.app_ports[0], 1.5)
    parts.app[0].kill()
    parts.mail.tell(seconds=0.02)
    restart(parts.app[0])


def kill_worker():
    """In the middle of a job: its mail is out, and nobody told it so."""
    before = parts.mail.tell(after=0.4)["sent"]
    parts.shoppers.order_soon(parts.app_ports[-1], 1.5)
    deadline = time.monotonic() + 2.0
    while stats("mail").get("sent", before) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    parts.mail.tell(after=0.0)
    restart(parts.worker[0])


def restart(process):
    """What a supervisor does; a program that does not come back is the learner's."""
    process.kill()
    try:
        process.restart()
    except LabError as error:
        lab.note(str(error), tone="bad")


def break_mail():
    """First it sends mails and says that it did not; then it sends none; until both were felt."""
    parts.mail.tell(deaf=True)
    last_until("sent", 1, 0.6)
    parts.mail.tell(deaf=False, works=False)
    parts.shoppers.order_at(parts.app_ports[-1], 1.0)
    last_until("refused", 7, 0.9)
    parts.mail.tell(works=True)


def last_until(what, more, least):
    """Let a fault go on for a while, and until it was felt so often, or long enough."""
    begun, before = time.monotonic(), parts.mail.tell()[what]
    while time.monotonic() < begun + 2.0:
        is_felt = stats("mail").get(what, before) >= before + more
        if is_felt and time.monotonic() > begun + least:
            return
        time.sleep(0.05)


FAULTS_IN_TURN = (lose_copies, hang_secondary, kill_primary, kill_app, break_mail, kill_worker)


def schedule(source):
    """When which fault begins: every one once, in an order of the seed's; the cache hangs last.

    Nobody can tell a cache that hangs to lose its copies, and who starts beside it shows nothing.
    """
    faults = [*source.sample(FAULTS_IN_TURN, len(FAULTS_IN_TURN)), hang_cache]
    begins = [0.2 + 0.6 * n + source.uniform(0, 0.3) for n in range(len(faults))]
    return list(zip(begins, faults, strict=True))


def run_faults(plan, begun):
    """One thread for each fault, so that none waits for another."""

    def later(at, fault):
        time.sleep(max(0.0, begun + at - time.monotonic()))
        try:
            fault()
        except LabError as error:
            parts.amiss = str(error)

    threads = [threading.Thread(target=later, args=one, daemon=True) for one in plan]
    for thread in threads:
        thread.start()
    return threads


@lab.trigger
def judge():
    """The verdict on this run; made once, whoever asks first."""
    if parts.verdict is None:
        begun = time.monotonic()
        parts.verdict = look()
        is_soon = time.monotonic() < begun + ENOUGH_SECONDS
        if parts.verdict["starved"] and is_soon:  # once more
            start_over()
            parts.verdict = look()
    return parts.verdict


def look():
    """What was observed, and whether others than the submission kept the computer too busy."""
    with Usage(lambda: [one.pid for one in (*parts.app, *parts.worker) if one.is_running]) as usage:
        seen = observe(random.Random(f"{lab.seed} schedule"))
    seen["own_seconds"] = round(usage.seconds, 2)
    seen["starved"] = seen["late_ms"] > BUSY_MS and seen["own_seconds"] < OWN_SECONDS
    return seen


def start_over():
    """Everybody runs, nothing is stored, sent or waiting."""
    with lab.together():
        for replicas in parts.sets.values():
            for member in replicas.members:
                if not member.is_running:
                    member.restart()
    lab.until(is_whole, 20, "a primary and two secondaries in both shards")
    for replicas in parts.sets.values():
        with replicas.client(w=3) as client:
            client.course.users.update_many({}, {"$set": {"version": 0, "orders": []}})
    parts.mail.tell(zero=True)
    parts.router.tell(zero=True)
    parts.cache.client().flushall()
    parts.queue.client().flushall()


def observe(source):
    """A quiet while, a bad while, and what became of it all."""
    mark = f"{source.random():.12f}"
    parts.router.tell(**STORE, mark=mark)
    parts.shoppers = shoppers = Shoppers(parts.app_ports, source, USERS, PAGES, mark)
    shoppers.warm_up()
    hurt, spared = source.sample(sorted(parts.sets), 2)
    parts.replicas = parts.sets[hurt]
    parts.late = parts.sets[spared].secondaries[0]
    begun = time.monotonic() + WARM + QUIET
    plan = [(-0.1, lambda: parts.sets[spared].set_lag(parts.late, 2)), *schedule(source)]
    threads = run_faults(plan, begun)
    seen = shoppers.come(WARM + QUIET + FAULTS)
    for thread in threads:
        thread.join(10)
    parts.sets[spared].set_lag(parts.late, 0)
    if parts.amiss:
        raise LabError(f"a fault did not happen: {parts.amiss}")
    sent = settle(shoppers.confirmed)
    written_at = parts.router.tell(orders=True)["written_at"]
    return {
        **verdict(seen, shoppers, (WARM, WARM + QUIET), parts.apps + parts.workers),
        **mails(shoppers.confirmed, sent, written_at),
        "faults": [fault.__name__ for _, fault in plan[1:]],
        "not_in_the_store": len(shoppers.confirmed - stored()),
    }  # fmt: skip


def settle(confirmed):
    """Until every confirmed order has its mail, or long enough; what the mail server knows."""
    deadline = time.monotonic() + 8
    while True:
        sent = parts.mail.tell(orders=True)
        if time.monotonic() > deadline or not confirmed - set(sent["by_order"]):
            return sent
        time.sleep(0.1)


def stored():
    """The orders that the primaries know."""
    found = set()
    for replicas in parts.sets.values():
        with replicas.client() as client:
            for one in client.course.users.find():
                found |= set(one["orders"])
    return found
