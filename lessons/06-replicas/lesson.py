"""Lesson 6 in Python: a primary and its copies. Runs alone: `python lesson.py`."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from system import PAGES, System

from lab import Lab, Observed
from lab.services.mongo import Mongo

lab = Lab()
system: System


@lab.setup
def start() -> None:
    """A primary and two secondaries, a router before them, and some traffic."""
    global system  # noqa: PLW0603  the lab has one
    lab.node("clients", "client", 0).up()
    system = System(lab)
    for member in system.members:
        lab.edge("router", member.name)
    system.look()
    system.load.start()
    lab.every(0.25, system.look)


@lab.trigger
def write(page: int = 1, w: str = "1") -> dict[str, Any]:
    """Write a page's next version. `w`: how many members must have it first, or `majority`."""
    reply, answer = system.write(page, "you", w)
    return told(f"page {page} written, w={w}", reply.ms, answer)


@lab.trigger
def read(page: int = 1, way: str = "secondary") -> dict[str, Any]:
    """Read a page, from where this way of reading says."""
    reply, answer = system.read(page, "you", way)
    return told(f"page {page} read by {way}", reply.ms, answer)


@lab.trigger
def route(way: str = "own") -> dict[str, Any]:
    """From now on all clients read this way."""
    system.read(1, "you", way)  # a word that nobody knows fails here
    system.way = way
    return {"way": way}


@lab.trigger
def acknowledge(w: str = "majority") -> dict[str, Any]:
    """From now on all clients want so many members to have a write before it counts."""
    system.write(1, "you", w)
    system.w = w
    return {"w": w}


@lab.trigger
def lag(seconds: float = 2.0, secondary: int = 0) -> dict[str, Any]:
    """Secondaries see every write this much later; 0 ends it."""
    chosen = secondaries(secondary)
    for member in chosen:
        system.slow(member, seconds)
    names = ", ".join(one.name for one in chosen)
    told = f"{seconds:g} s late from now on" if seconds else "no longer late"
    lab.note(f"{names}: {told}", node=chosen[0].name)
    return {"late": names, "seconds": seconds}


@lab.trigger
def throttle(rate: float = 5.0) -> dict[str, Any]:
    """The second secondary applies no more than so many writes a second; 0 ends it."""
    member = secondaries(2)[0]
    system.slow(member, 0, rate or None)
    told = f"applies at most {rate:g} writes a second" if rate else "applies as fast as it can"
    lab.note(f"{member.name} {told}", node=member.name)
    return {"member": member.name, "rate": rate}


@lab.trigger
def burst(count: int = 100) -> dict[str, Any]:
    """So many writes at once."""
    answer = system.burst(0, count)
    lab.note(f"{count} writes came to {answer['member']} at once", node=answer["member"])
    return answer


@lab.trigger
def partition(member: int = 0) -> dict[str, Any]:
    """Cut a member off from the other two; clients still reach it. 0 is the primary."""
    chosen = system.members[member - 1] if member else system.replicas.primary
    system.partition(chosen)
    lab.note(f"{chosen.name} hears no other member, and no other hears it", "bad", chosen.name)
    return {"cut_off": chosen.name}


@lab.trigger
def heal() -> dict[str, Any]:
    """All members hear each other again."""
    system.heal()
    lab.note("all members hear each other again", "good")
    return {"healed": True}


@lab.trigger
def kill() -> dict[str, Any]:
    """SIGKILL the primary."""
    victim = system.replicas.primary
    pid = victim.pid
    victim.kill()
    lab.note(f"{victim.name} (pid {pid}), the primary, is dead", "bad", victim.name)
    return {"killed": victim.name, "pid": pid}


@lab.trigger
def restart() -> dict[str, Any]:
    """Start whoever is dead, on the data it had."""
    dead = [one for one in system.members if not one.is_running]
    for member in dead:
        member.restart()
    return {"started": [one.name for one in dead]}


def secondaries(which: int) -> list[Mongo]:
    """The first or second of them, or with 0 both."""
    found = system.secondaries()
    return found if which == 0 else found[which - 1 : which] or found[-1:]


def told(what: str, ms: float, answer: dict[str, Any]) -> dict[str, Any]:
    """Trace a request for the event list, and say what came of it."""
    if "error" in answer:
        hops: list[Any] = [("clients",), ("router", ms, what)]
        lab.request("no answer", hops, why=answer["error"], ok=False, keep=True)
        return answer
    outcome = f"version {answer['version']}" + (", stale" if answer.get("stale") else "")
    hops = [("clients",), ("router", 0, what), (answer["member"], ms, outcome)]
    lab.request(outcome, hops, why=answer["why"], ok=not answer.get("stale"), keep=True)
    return {**answer, "ms": round(ms, 1)}


@lab.gauge
def stale() -> float | None:
    """Percent of the reads of the last five seconds that missed an acknowledged write."""
    reads = system.reads
    return 100 * reads.failed / reads.count if reads.count else None


@lab.gauge
def lag_1() -> float | None:
    """Seconds that rs0-1 is behind; nothing while it is the primary."""
    return system.lags.get("rs0-1")


@lab.gauge
def lag_2() -> float | None:
    """Seconds that rs0-2 is behind."""
    return system.lags.get("rs0-2")


@lab.gauge
def lag_3() -> float | None:
    """Seconds that rs0-3 is behind."""
    return system.lags.get("rs0-3")


@lab.gauge
def on_primary() -> float | None:
    """Percent of those reads that the primary answered."""
    return system.reads.share("primary")


@lab.gauge
def writes() -> float | None:
    """Writes a second that were acknowledged (a burst counts once)."""
    return system.writes.rate() or 0.0


@lab.gauge
def lost() -> float | None:
    """Acknowledged writes that turned out to be lost, within the last 30 seconds."""
    return system.ledger.lost()


# -- experiments


@lab.experiment
def refused() -> Observed:
    """Write to a secondary directly, past the router."""
    from pymongo.errors import NotPrimaryError, PyMongoError

    with quiet():
        member = secondaries(1)[0]
        before = system.version(member, 1)
        choice, said = "copied", "done"
        try:
            pages = system.direct[member.name].course.pages
            pages.update_one({"_id": 1}, {"$inc": {"version": 1}})
        except NotPrimaryError as error:
            choice, said = "refused", str(error).split(",")[0]
        except PyMongoError as error:
            choice, said = "other", str(error)
        if choice == "copied" and system.version(system.replicas.primary, 1) == before:
            choice = "kept"
    return lab.observed(choice, asked=member.name, said=said)


@lab.experiment
def reads_multiply() -> Observed:
    """90 reads over all members and 30 writes: who had to do what, by their own counts."""
    with quiet():
        before = system.queries()
        for number in range(90):
            system.read(number % PAGES, "everybody", "nearest")
        answered = {name: now - before[name] for name, now in system.queries().items()}
        had = {one.name: system.version(one, 2) for one in system.members}
        for _ in range(30):
            system.write(2, "everybody", 3)  # acknowledged once all three have it
        carried = {one.name: system.version(one, 2) - had[one.name] for one in system.members}
    reads = "reads" if max(answered.values()) <= 60 else "no_reads"
    writes = "not_writes" if set(carried.values()) == {30} else "writes"
    return lab.observed(f"{reads}_{writes}", reads_answered=answered, writes_carried_out=carried)


@lab.experiment
def read_at_once() -> Observed:
    """Both secondaries a second late: write, read at once from a secondary, forty times."""
    with quiet():
        late(1.0, 1.0)
        answers = write_and_read(40, "secondary")
    old = sum(one["stale"] for one in answers)
    return lab.observed(share_named(old, 40), stale=old, of=40)


@lab.experiment
def own_writes() -> Observed:
    """The same with a router that knows who wrote what; others read meanwhile."""
    with quiet():
        first = system.replicas.primary.name
        late(1.0, 1.0)
        writers = write_and_read(40, "own")
        others = [system.read(n % PAGES, system.visitor(), "own")[1] for n in range(40)]
        session = system.visitor()
        system.write(3, session, 1)
        at_once = system.read(3, session, "own")[1]["member"]
        lab.until(lambda: system.read(3, session, "own")[1]["member"] != first, 5, "a fresh copy")
    by_writers = sum(one["member"] == first for one in writers)
    by_others = sum(one["member"] == first for one in others)
    old = sum(one["stale"] for one in writers)
    choice = "stale" if old else "everybody" if by_others == 40 else "other"
    if not old and by_writers == 40 and at_once == first and by_others == 0:
        choice = "writers"
    return lab.observed(
        choice, stale=old, of=40, writers_reads_on_the_primary=by_writers,
        other_reads_on_the_primary=by_others,
    )  # fmt: skip


@lab.experiment
def backwards() -> Observed:
    """One secondary is up to date, one three seconds late: read a growing page again and again."""
    with quiet():
        late(0.0, 3.0)
        loose = versions_seen("secondary")
    with quiet():
        late(0.0, 3.0)
        pinned = versions_seen("pinned")
    back, pinned_back = steps_back(loose), steps_back(pinned)
    choice = "both" if back and pinned_back else "only_loose" if back else "neither"
    return lab.observed(
        choice, reads=len(loose), went_back=back, went_back_when_pinned=pinned_back,
        versions=loose[:12],
    )  # fmt: skip


@lab.experiment
def lag_grows() -> Observed:
    """A secondary that applies 40 writes a second gets 20 a second, then 80."""
    system.need_stand_in("the rate of applying")
    with quiet():
        member = secondaries(2)[0]
        system.slow(member, 0, 40)
        below = [paced(member, 20, 0.75), paced(member, 20, 0.75)]
        above = [paced(member, 80, 0.75), paced(member, 80, 0.75)]
        drained = system.lab.until(lambda: behind(member) == 0, 10, "the last of the writes")
    grew = above[1] > above[0] + 10 and above[0] > max(below) + 10
    choice = "grows" if grew else "level" if max(above) <= 20 else "double"
    return lab.observed(
        choice, applies_per_second=40, behind_at_20_a_second=below, behind_at_80_a_second=above,
        caught_up_afterwards=drained,
    )  # fmt: skip


@lab.experiment
def primary_dies() -> Observed:
    """Kill the primary while clients read and write: what fails, and what has to wait?"""
    with quiet():
        victim = system.replicas.primary
        with ThreadPoolExecutor(2) as pool:
            reading = pool.submit(system.readers.run, seconds=3.0)
            writing = pool.submit(system.writers.run, seconds=3.0)
            victim.kill()
        reads, writes = reading.result(), writing.result()
        successor = system.replicas.primary.name
    longest = {"read": reads.p(100) or 0.0, "write": writes.p(100) or 0.0}
    waited = {what: ms > 1_000 for what, ms in longest.items()}
    choice = {(0, 0): "nobody_notices", (0, 1): "writes_wait", (1, 1): "everything_waits"}.get(
        (waited["read"], waited["write"]), "other"
    )
    return lab.observed(
        "fails" if reads.failed or writes.failed else choice,
        killed=victim.name, then_primary=successor, reads=reads.count, reads_failed=reads.failed,
        writes=writes.count, writes_failed=writes.failed,
        longest_ms={what: round(ms) for what, ms in longest.items()},
    )  # fmt: skip


@lab.experiment
def one_acknowledges() -> Observed:
    """The primary is cut off and goes on: twenty writes with w=1, then the others elect."""
    return observed_loss("1")


@lab.experiment
def majority_acknowledges() -> Observed:
    """The same with w=majority."""
    return observed_loss("majority")


def observed_loss(w: str) -> Observed:
    """Twenty writes to a primary that has lost touch; how many promises the next one keeps."""
    with quiet():
        old = system.replicas.primary
        had = system.version(old, 4)
        lab.until(lambda: versions(4) == {had}, 5, "the same on all members")
        with ThreadPoolExecutor(20) as pool, cut_off(old) as go_on:
            asked = [pool.submit(system.write, 4, f"w-{n}", w) for n in range(20)]
            if w == "1":
                assert all(one.result()[0] for one in asked)
            go_on()
            answers = [one.result() for one in asked]
            new = lab.until(lambda: another_primary(old), 15, "the election of another primary")
        kept = system.version(new, 4) - had
    acknowledged = sum(reply.status == 200 for reply, _ in answers)
    lost = acknowledged - kept
    rolled_back = system.direct[old.name].admin.command("serverStatus")["repl"].get("rolledBack")
    choice = "none" if lost == 0 else "all" if lost == acknowledged else "some"
    return lab.observed(
        choice if lost >= 0 else "other", cut_off=old.name, then_primary=new.name,
        acknowledged=acknowledged, of=20, lost=lost, rolled_back=rolled_back,
        slowest_ms=round(max(reply.ms for reply, _ in answers)),
    )  # fmt: skip


# -- what the experiments share


@contextmanager
def quiet() -> Iterator[None]:
    """All is well and nobody asks for anything; afterwards all is well again."""
    system.mend()
    system.rest()
    try:
        yield
    finally:
        system.mend()


@contextmanager
def cut_off(primary: Mongo) -> Iterator[Callable[[], None]]:
    """The primary has lost touch with the others; what is yielded lets the others go on."""
    others = [one for one in system.members if one is not primary]
    if primary.stand_in:
        system.partition(primary)
        yield lambda: None
        return
    for one in others:  # a real mongod cannot be cut off: let it be alone instead
        one.kill()

    def go_on() -> None:
        primary.kill()
        with lab.together():
            for one in others:
                one.restart()

    yield go_on


def another_primary(old: Mongo) -> Mongo | None:
    """A member that says it is the primary, and is not the old one."""
    others = [one for one in system.members if one is not old]
    return next((one for one in others if system.is_primary(one)), None)


def late(first: float, second: float) -> None:
    """Set the lag of both secondaries."""
    for member, seconds in zip(secondaries(0), (first, second), strict=True):
        system.slow(member, seconds)


def write_and_read(times: int, way: str) -> list[dict[str, Any]]:
    """Write, and read at once in the same session; what the reads got."""
    session, answers = system.visitor(), []
    for number in range(times):
        system.write(number % PAGES, session, 1)
        answers.append(system.read(number % PAGES, session, way)[1])
    return answers


def versions_seen(way: str) -> list[int]:
    """One session reads a page after each of 24 writes that the nearer secondary has."""
    session, seen = system.visitor(), []
    for _ in range(24):
        system.write(5, "somebody else", "majority")
        seen.append(system.read(5, session, way)[1]["version"])
    return seen


def steps_back(versions: list[int]) -> int:
    """How often a reader saw an older version than the time before."""
    return sum(later < earlier for earlier, later in itertools.pairwise(versions))


def paced(member: Mongo, rate: int, seconds: float) -> int:
    """Write evenly for a while; how many writes the member is behind then."""
    started, sent = time.monotonic(), 0
    tick = threading.Event()
    while (passed := time.monotonic() - started) < seconds:
        due = round(passed * rate) - sent
        if due:
            system.burst(6, due)
            sent += due
        tick.wait(0.05)
    return behind(member)


def behind(member: Mongo) -> int:
    """How many versions of the page that is written a member does not have yet."""
    return system.version(system.replicas.primary, 6) - system.version(member, 6)


def versions(page: int) -> set[int]:
    """The versions of a page that the members have."""
    return {system.version(one, page) for one in system.members}


def share_named(count: int, of: int) -> str:
    """The choice that so many of all stand for."""
    return {0: "never", of: "always"}.get(count, "sometimes")


if __name__ == "__main__":
    lab.play(
        write, read, lag, read, refused, reads_multiply, read_at_once, own_writes, backwards,
        lag_grows, primary_dies, one_acknowledges, majority_acknowledges,
    )  # fmt: skip
