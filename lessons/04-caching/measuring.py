"""The stop-watches of the experiments: each does something to the system and measures it."""

import bisect
import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from system import System, Visit

RATE = 40  # visitors a second in the stampede
REBUILD_SECONDS = 0.5


def ask_until_second_miss(system: System, key: int, seconds: float) -> list[Visit]:
    """Ask five times a second until the copy is gone; everything that was seen."""
    with system.fresh(ttl=2):
        seen = [system.visit(key), system.visit(key, keep=True)]
        deadline = time.monotonic() + seconds
        while seen[-1].outcome == "HIT" and time.monotonic() < deadline:
            time.sleep(0.2)  # the visitor's own pace
            seen.append(system.visit(key, keep=True))
    return seen


def outage(system: System) -> dict[str, Any]:
    """Ask for a hot product while Redis works, is dead, is back, and hangs."""
    with system.fresh(ttl=60):
        system.visit(7)
        works = [system.visit(7) for _ in range(15)]
        system.redis.kill()
        dead = [system.visit(7) for _ in range(9)]
        system.redis.restart()
        back = system.visit(7)
        system.redis.pause()
        hangs = [system.visit(7) for _ in range(9)]
    return {
        "asked": len(dead + hangs),
        "answered": sum(one.outcome == "BYPASS" for one in dead + hangs),
        "usual_ms": median(one.ms for one in works),
        "dead_ms": median(one.ms for one in dead),
        "hanging_ms": median(one.ms for one in hangs),
        "first_after_restart": back.outcome,
    }


# -- crowds


def burst(system: System, count: int, keys: int, rate: int) -> dict[str, Any]:
    """Ask for products 1 to `keys`, so many a second; outcomes, the slow end, origin reads."""
    calls = system.origin_stats()["calls"]
    outcomes: Counter[str] = Counter()

    def visit(_number: int) -> Any:
        seen = system.visit(system.lab.random.randint(1, keys))
        outcomes[seen.outcome] += 1
        return seen.reply

    load = system.lab.load(visit, rate, concurrency=40)
    window = load.run(count)
    load.close()
    return {
        **outcomes,
        "p99_ms": round(window.p(99) or 0, 1),
        "origin_calls": system.origin_stats()["calls"] - calls,
    }


@dataclass(frozen=True, slots=True)
class Crowd:
    """What an expiry under load came to."""

    calls: int  # reads that reached the origin
    arrived: int  # visitors that came between the expiry and the new copy
    rate: float
    rebuild_seconds: float

    @property
    def expected(self) -> float:
        """How many visitors come while one copy is rebuilt."""
        return round(self.rate * self.rebuild_seconds, 1)


def expiry_under_load(system: System, protection: str) -> Crowd:
    """Let a copy expire that many visitors want, and count who asks the origin."""
    visits: list[Visit] = []

    def visit(_number: int) -> Any:
        visits.append(system.visit(7))
        return visits[-1].reply

    with system.fresh(delay=REBUILD_SECONDS, ttl=60, protection=protection):
        system.visit(7)
        load = system.lab.load(visit, RATE, concurrency=40)
        load.start()
        system.lab.until(lambda: len(visits) >= 30, 10, "thirty visits")
        begun, before = time.monotonic(), system.origin_stats()["calls"]
        system.expire(7)
        system.lab.until(lambda: system.client.exists("product:7"), 10, "a new copy")
        seconds = time.monotonic() - begun
        load.close()
        system.lab.until(lambda: len(visits) == load.sent, 10, "the last visitor's answer")
        calls = system.origin_stats()["calls"] - before
    return _crowd(visits, calls, begun, seconds)


def _crowd(visits: list[Visit], calls: int, begun: float, seconds: float) -> Crowd:
    sent = [one.at for one in visits]
    rate = len(sent) / (max(sent) - min(sent))
    rebuild = min(
        (one.ms_at("origin") / 1000 for one in visits if one.ms_at("origin")), default=seconds
    )
    arrived = sum(begun <= at <= begun + seconds for at in sent)
    return Crowd(calls, arrived, round(rate, 1), round(rebuild, 3))


def who_asked(calls: int, expected: float) -> str:
    """One, one per app, everybody who came during the rebuild, or even more."""
    if calls <= 1:
        return "one"
    if calls <= 3:
        return "per_app"
    return "everybody" if expected / 2 <= calls <= expected * 2 else "other"


# -- many keys


def warmed(system: System, count: int, jitter_percent: int) -> int:
    """Store many products in one go; how many end in the worst second."""
    with system.fresh(ttl=60, jitter=jitter_percent / 100):
        system.warm(count)
        return worst_second(system.client, "product:*")


def worst_second(client: Any, pattern: str) -> int:
    """The most keys that end within any one second."""
    names = list(client.scan_iter(match=pattern, count=1000))
    pipeline = client.pipeline(transaction=False)
    for name in names:
        pipeline.pexpiretime(name)
    ends = sorted(pipeline.execute())
    return max(bisect.bisect_left(ends, end + 1000) - n for n, end in enumerate(ends))


MANY_KEYS = "for n = ARGV[1], ARGV[2] do redis.call('SET', 'session:' .. n, n) end"
AT_ONCE = 10_000


def many_keys(client: Any, count: int) -> None:
    """Fill Redis with keys that nobody asks for."""
    for first in range(1, count, AT_ONCE):
        client.eval(MANY_KEYS, 0, first, first + AT_ONCE - 1)


def by_keys(client: Any) -> None:
    """One command that looks at every key before anybody else has a turn."""
    client.keys("*:nobody:*")


def by_scan(client: Any) -> None:
    """Many commands that look at some keys each; others have their turn in between."""
    for _ in client.scan_iter(match="*:nobody:*", count=1000):
        pass


def waits_for_walkers(system: System, keys: int) -> dict[str, float]:
    """The longest wait of a visitor's app while somebody walks all keys, in ms.

    The best of four rounds: a busy machine can only add to it.
    """
    with system.fresh(ttl=600):
        many_keys(system.redis.client(socket_timeout=30), keys)
        system.visit(7)
        return {
            name: min(longest_wait(system, walk) for _ in range(4))
            for name, walk in (("keys", by_keys), ("scan", by_scan))
        }


def longest_wait(system: System, walk: Callable[[Any], None]) -> float:
    """The longest that any visitor's app waited for Redis while somebody walked all keys, in ms."""
    with visitor(system) as waits:
        system.lab.until(lambda: len(waits) >= 5, 20, "five visits")
        started = len(waits)
        walk(system.redis.client(socket_timeout=30))
        walked = len(waits)
        system.lab.until(lambda: len(waits) > walked, 20, "a visit that saw the end")
        return max(waits[started:])


@contextlib.contextmanager
def visitor(system: System) -> Iterator[list[float]]:
    """Somebody who asks for a hot product all the time; what their app waited for Redis."""
    waits: list[float] = []
    leaves = threading.Event()

    def ask() -> None:
        while not leaves.is_set():
            waits.append(system.visit(7, "app-1").ms_at("redis"))
            leaves.wait(0.003)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield waits
    finally:
        leaves.set()
        thread.join(10)


# -- a write at the wrong moment


def read_while_written(
    system: System, key: int, patience: float
) -> tuple[Visit, Visit | None, float]:
    """Write and remove the copy while a reader is under way.

    Returns:
        The next visit, the first that saw the new version, and the seconds in between.
    """
    with system.fresh(delay=0.5, ttl=2):
        reader = threading.Thread(target=system.visit, args=(key, "app-1"), daemon=True)
        reader.start()
        system.lab.until(
            lambda: system.origin_stats()["in_flight"] == 1, 5, "a reader at the origin"
        )
        system.write(key)
        system.client.delete(f"product:{key}")
        reader.join(10)
        begun = time.monotonic()
        first = seen = system.visit(key, "app-2", keep=True)
        while seen.version != 2 and time.monotonic() < begun + patience:
            time.sleep(0.1)  # a visitor's pace
            seen = system.visit(key)
    seconds = round(time.monotonic() - begun, 2)
    return first, seen if seen.version == 2 else None, seconds


# -- little memory

PRODUCTS = 300
SIZE = 8_000


def limit_memory(client: Any, room_bytes: int, policy: str) -> None:
    """Leave Redis so much room above what it uses now."""
    used = client.info("memory")["used_memory"]
    client.config_set("maxmemory-policy", policy)
    client.config_set("maxmemory", used + room_bytes)


def stuff(client: Any) -> int:
    """Store junk until Redis is full; how many keys of it there are."""
    import redis

    before = client.dbsize()
    most = int(client.config_get("maxmemory")["maxmemory"]) // 4000
    with contextlib.suppress(redis.RedisError):  # noeviction: full means full
        for n in range(most):
            client.set(f"junk:{n}", "x" * 4000)
    return int(client.dbsize() - before)


def visits_in_little_room(system: System, source: random.Random) -> dict[str, float]:
    """Ask for 300 products, the n-th 1/n as often as the first, with room for a fifth."""
    with system.fresh(delay=0, ttl=600):
        system.set_origin(size=SIZE)
        limit_memory(system.client, PRODUCTS * SIZE // 5, "allkeys-lru")
        popularity = [1 / n for n in range(1, PRODUCTS + 1)]
        wanted = source.choices(range(1, PRODUCTS + 1), popularity, k=900)
        outcomes = [system.visit(key).outcome for key in wanted]
        settled = outcomes[300:]  # the first visits fill the cache
        return {
            "hit_percent": round(100 * settled.count("HIT") / len(settled), 1),
            "room_percent": round(100 * system.client.dbsize() / PRODUCTS, 1),
            "evicted": system.client.info("stats")["evicted_keys"],
        }


def hits_of_newcomers(system: System, policy: str) -> float:
    """Fill Redis with old favourites, then ask for twenty new ones; percent of hits."""
    with system.fresh(delay=0, ttl=600):
        system.set_origin(size=SIZE)
        for key in range(1, 141):
            system.visit(key)
        limit_memory(system.client, -30 * SIZE, policy)  # well over the limit, whatever breathes
        outcomes = [system.visit(1000 + n % 20).outcome for n in range(200)]
    return round(100 * outcomes.count("HIT") / len(outcomes), 1)
