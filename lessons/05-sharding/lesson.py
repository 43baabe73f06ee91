"""Lesson 5 in Python: users over several databases. Runs alone: `python lesson.py`."""

from typing import Any

from placement import WAYS, hash_of, imbalance, modulo, moves, rendezvous, ring
from pymongo.errors import PyMongoError
from system import USERS, System

from lab import Lab, Observed
from lab.errors import LabError

lab = Lab()
MOST_SHARDS = 5
MOST_USERS = 1_000  # that are inserted at a time
KEYS = range(10_000)  # for what is only computed


system: System


@lab.setup
def start() -> None:
    """Three databases, a router before them, 1,200 users, and some traffic."""
    global system  # noqa: PLW0603  the lab has one
    lab.node("clients", "client", 0).up()
    system = System(lab)
    for shard in system.shards:
        lab.edge("router", shard.name)
    system.post("/users", list(range(USERS)))
    system.load.start()


@lab.trigger
def lookup(user: int = 42) -> dict[str, Any]:
    """Ask for a user by id: the router computes the one shard that can have it."""
    status, answer = system.ask(f"/user/{user}")
    return told(f"user {user}", status, answer)


@lab.trigger
def by_email(user: int = 42) -> dict[str, Any]:
    """Ask for a user by e-mail address: nobody knows where it lies."""
    status, answer = system.ask(f"/email/user{user}@example.org")
    system.asked.add(len(answer.get("asked", ())), ok=status < 500)
    return told(f"user{user}@example.org", status, answer)


@lab.trigger
def insert(count: int = 60) -> dict[str, Any]:
    """Insert new users; ids go on from the last one."""
    if not 1 <= count <= MOST_USERS:
        raise LabError(f"insert 1 to {MOST_USERS:,} users at a time")
    ids = list(range(system.next_user, system.next_user + count))
    system.next_user += count
    return {"first": ids[0], "last": ids[-1], "placed": system.post("/users", ids)}


@lab.trigger
def add_shard(way: str = "modulo") -> dict[str, Any]:
    """One database more (after five, back to three): users that lie wrong must move."""
    if way not in WAYS:
        raise LabError(f"there is no way '{way}': there are {', '.join(WAYS)}")
    before = system.used
    result = system.use(3 if before == MOST_SHARDS else before + 1, way)
    share = 100 * result["moved"] / result["total"]
    text = f"{before} to {system.used} shards by {way}: {result['moved']} of {result['total']}"
    lab.note(f"{text} users moved ({share:.1f} %)", tone="info", node="router")
    return {"shards": system.used, "way": way, "share": round(share, 1), **result}


@lab.trigger
def kill_shard(shard: int = 2) -> dict[str, Any]:
    """SIGKILL a database."""
    victim = numbered(shard)
    pid = victim.pid
    victim.kill()
    lab.note(f"{victim.name} (pid {pid}) is dead; its users are nowhere else", "bad", victim.name)
    return {"shard": victim.name, "pid": pid}


@lab.trigger
def restart_shard(shard: int = 2) -> dict[str, Any]:
    """Start a database again on its data."""
    one = numbered(shard)
    if not one.is_running:
        one.restart()
    with one.client() as client:
        return {"shard": one.name, "pid": one.pid, "users": client.course.users.count_documents({})}


@lab.trigger
def hot_user(user: int = 7) -> dict[str, Any]:
    """Four of five lookups want the same user from now on (press again to end it)."""
    system.hot = None if system.hot == user else user
    shard = system.ask(f"/user/{user}")[1]["asked"][0][0]
    return {"hot": system.hot, "shard": shard}


def numbered(shard: int) -> Any:
    """The shard with this number."""
    if not 1 <= shard <= len(system.shards):
        raise LabError(f"there is no shard {shard}: there are 1 to {len(system.shards)}")
    return system.shards[shard - 1]


def share_of_fullest(user: int, count: int) -> float:
    """Which part of `count` lookups of one user the busiest shard had to answer."""
    asked = system.asked_by(lambda: [system.ask(f"/user/{user}") for _ in range(count)])
    return max(asked) / sum(asked)


def told(what: str, status: int, answer: dict[str, Any]) -> dict[str, Any]:
    """Trace a lookup for the event list, and say what came of it."""
    asked, missing = answer["asked"], answer["missing"]
    names = [name for name, _ms in asked]
    outcome = f"{len(names)} of {system.used} asked" if len(names) > 1 else names[0]
    hops = [("clients",), ("router", 0, what)]
    hops += [(name, ms, "no answer" if name in missing else "asked") for name, ms in asked]
    lab.request(outcome, hops, why=answer["why"], ok=status < 500, keep=True)
    found = answer["user"]["name"] if answer["user"] else None
    return {"status": status, "shards": names, "missing": missing, "found": found}


@lab.gauge
def lookups() -> float | None:
    """Lookups a second that came in over the last five seconds."""
    return system.load.window.rate()


@lab.gauge
def failing() -> float | None:
    """Percent of those lookups that failed."""
    window = system.load.window
    return 100 * window.failed / window.count if window.count else None


@lab.gauge
def asked() -> float | None:
    """Shards asked per lookup, on average."""
    return system.asked.mean()


@lab.gauge
def fullest() -> float | None:
    """Users on the fullest shard against the mean: 1.0 is even; None while one cannot say."""
    try:
        counts = system.counts()
    except PyMongoError:  # one of them is just starting
        return None
    return max(counts) * len(counts) / sum(counts) if sum(counts) else None


@lab.gauge
def p99_ms() -> float | None:
    """99 of 100 lookups were answered within this time."""
    return system.load.window.p(99)


@lab.experiment
def one_or_all() -> Observed:
    """Count, on the databases themselves, who was asked: by id, then by e-mail address."""
    system.fresh(3, "modulo")
    by_id = system.asked_by(lambda: system.ask("/user/42"))
    by_mail = system.asked_by(lambda: system.ask("/email/user42@example.org"))
    choice = {(1, 1): "one_one", (1, 3): "one_all", (3, 3): "all_all"}
    return lab.observed(
        choice.get((sum(by_id), sum(by_mail)), "other"),
        asked_by_id=by_id, asked_by_email=by_mail,
    )  # fmt: skip


@lab.experiment
def grow_modulo() -> Observed:
    """Go from three shards to four by modulo, and count the users that had to move."""
    system.fresh(3, "modulo")
    result = system.use(4, "modulo")
    return lab.observed(share_named(result["moved"] / result["total"]), **result)


@lab.experiment
def grow_ring() -> Observed:
    """The same step on a ring of 160 points a shard; rendezvous is computed beside it."""
    system.fresh(3, "ring")
    result = system.use(4, "ring")
    drawn = sum(moves(KEYS, rendezvous(3), rendezvous(4)).values()) / len(KEYS)
    choice = share_named(result["moved"] / result["total"])
    if choice == "quarter" and result["between_old"]:
        choice = "quarter_shuffled"
    return lab.observed(choice, **result, rendezvous_percent=round(100 * drawn, 1))


@lab.experiment
def few_points() -> Observed:
    """Ten shards on a ring: one point each, then 160. How full is the fullest?"""
    shift = hash_of(f"seed {lab.seed}") % 10**9  # other users on every seed
    keys = range(shift, shift + 20_000)
    one = imbalance(keys, ring(10, points=1), 10)
    many = imbalance(keys, ring(10, points=160), 10)
    even = imbalance(keys, modulo(10), 10)
    choice = "other"
    if many < 1.25:
        choice = "points_help" if one > 1.8 else "points_do_nothing"
    return lab.observed(
        choice, fullest_with_1_point=round(one, 2), fullest_with_160=round(many, 2),
        fullest_by_modulo=round(even, 2),
    )  # fmt: skip


@lab.experiment
def dead_shard() -> Observed:
    """Kill one of three; look up 120 users by id, then some by e-mail address."""
    system.fresh(3, "modulo")
    victim = lab.random.randrange(3)
    system.shards[victim].kill()
    failed = sum(status >= 500 for status, _ in system.lookups_of(range(120)))
    partial = [bool(answer["missing"]) for _, answer in (system.mail(user) for user in range(6))]
    system.shards[victim].restart()
    by_id = {0: "nobody", 40: "third", 120: "all"}.get(failed, "other")
    by_mail = "all" if all(partial) else "nobody" if not any(partial) else "some"
    return lab.observed(
        f"{by_id}_{by_mail}", killed=f"shard-{victim + 1}", failed_by_id=failed, of=120,
        incomplete_by_email=sum(partial), of_emails=6,
    )  # fmt: skip


@lab.experiment
def hot_shard() -> Observed:
    """One user gets 200 lookups; then a shard is added and the user gets 200 more."""
    system.fresh(3, "ring")
    before = share_of_fullest(7, 200)
    system.use(4, "ring")
    after = share_of_fullest(7, 200)
    choice = "still_one" if before == after == 1.0 else "spread" if after < before else "other"
    return lab.observed(choice, share_on_one_shard_before=before, share_after=after)


@lab.experiment
def growing_ids() -> Observed:
    """Shard by ranges of ids, then insert users the way they come: with ever higher ids."""
    system.fresh(3, "ranges")
    before = system.inserts()
    system.post("/users", list(range(system.next_user + 2_000, system.next_user + 2_300)))
    system.next_user += 2_300
    landed = [now - then for now, then in zip(system.inserts(), before, strict=True)]
    shares = [count / sum(landed) for count in landed]
    choice = "last" if shares[-1] == 1 else "even" if max(shares) < 0.5 else "other"
    system.fresh(3, "modulo")
    return lab.observed(
        choice, inserted=dict(zip(("shard-1", "shard-2", "shard-3"), landed, strict=True))
    )


def share_named(share: float) -> str:
    """The choice that a share of moved users stands for."""
    names = {"quarter": (0.18, 0.33), "half": (0.42, 0.58), "three_quarters": (0.70, 0.80)}
    return next((name for name, (low, high) in names.items() if low <= share <= high), "other")


if __name__ == "__main__":
    lab.play(
        lookup, by_email, insert, add_shard, one_or_all, grow_modulo, grow_ring, few_points,
        dead_shard, hot_shard, growing_ids,
    )  # fmt: skip
