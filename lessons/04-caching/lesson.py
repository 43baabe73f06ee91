"""Lesson 4 in Python: Redis in front of a slow origin. Alone: `python lesson.py`.

What runs is in app.py, cache.py, protection.py and origin.py; system.py starts it and asks it;
measuring.py holds the stop-watches of the experiments.
"""

from itertools import pairwise

import measuring
from cache import Cache, connect
from origin import Store
from system import System

from lab import Lab, Observed
from lab.errors import LabError

lab = Lab()
system = System(lab)


@lab.setup
def start() -> None:
    """Start Redis, the origin and three apps; returns when all answer."""
    system.start()
    lab.source_of("client", System.visit)
    lab.source_of("redis", connect)
    lab.source_of("origin", Store.read)
    for number in (1, 2, 3):
        lab.source_of(f"app-{number}", Cache.read)


@lab.trigger
def request(key: int = 1) -> dict[str, object]:
    """One visitor asks for a product; the apps take turns."""
    seen = system.visit(key, keep=True)
    return {
        "outcome": seen.outcome, "ms": seen.ms, "ttl": seen.ttl,
        "app": seen.app, "version": seen.version,
    }  # fmt: skip


@lab.trigger
def burst(count: int = 200, keys: int = 20, rate: int = 100) -> dict[str, object]:
    """Many visitors ask for products 1 to `keys`, `rate` a second, whatever the answers do."""
    return measuring.burst(system, min(max(1, count), 2000), max(1, keys), max(1, rate))


@lab.trigger
def traffic(rate: int = 40) -> dict[str, object]:
    """Visitors keep coming, `rate` a second, until you say 0."""
    system.traffic.rate = max(1, min(rate, 150))
    if rate > 0:
        system.traffic.start()
    else:
        system.traffic.stop()
    return {"rate": rate}


@lab.trigger
def flush() -> dict[str, object]:
    """Empty the cache."""
    copies = system.client.dbsize()
    system.client.flushall()
    return {"removed": copies}


@lab.trigger
def expire(key: int = 1) -> dict[str, object]:
    """Let the time of one product's copy run out now."""
    return {"there_was_a_copy": system.expire(key)}


@lab.trigger
def write(key: int = 1) -> dict[str, object]:
    """Change a product at the origin. Nobody tells the cache."""
    version = system.write(key)
    left = system.redis_info(lambda client: client.pttl(f"product:{key}")) or 0
    return {"version": version, "old_copy_lives_ms": left if left > 0 else None}


@lab.trigger
def invalidate(pattern: str = "product:1*") -> dict[str, object]:
    """Remove every copy whose key matches, a page of keys at a time."""
    removed, cursor = 0, 0
    while True:
        cursor, names = system.client.scan(cursor, match=pattern, count=500)
        removed += system.client.unlink(*names) if names else 0
        if cursor == 0:
            return {"removed": removed}


@lab.trigger
def kill() -> dict[str, object]:
    """SIGKILL for Redis: it is gone, with everything in it."""
    system.redis.kill()
    return {"redis": "dead"}


@lab.trigger
def pause() -> dict[str, object]:
    """SIGSTOP for Redis: it accepts connections and never answers."""
    if system.redis.is_running:
        system.redis.pause()
    return {"redis": system.redis.node.state}


@lab.trigger
def resume() -> dict[str, object]:
    """Let a paused Redis go on."""
    system.redis.resume()
    return {"redis": system.redis.node.state}


@lab.trigger
def restart() -> dict[str, object]:
    """Start Redis anew. It kept nothing on disk."""
    system.redis.restart()
    return {"redis": "up", "keys": system.client.dbsize()}


@lab.trigger
def fill(policy: str = "allkeys-lru", megabytes: int = 8) -> dict[str, object]:
    """Limit Redis to so many MB and fill it to the brim; 0 MB lifts the limit."""
    if policy not in ("allkeys-lru", "noeviction"):
        raise LabError("policy is allkeys-lru or noeviction")
    system.client.config_set("maxmemory-policy", policy)
    system.client.config_set("maxmemory", f"{max(0, megabytes)}mb")
    stored = measuring.stuff(system.client) if megabytes > 0 else 0
    return {"policy": policy, "megabytes": megabytes, "junk_keys": stored}


@lab.trigger
def protect(how: str = "lock") -> dict[str, object]:
    """What an app does on a miss: ask at once, once per process, or once among all."""
    if how not in ("none", "single-flight", "lock"):
        raise LabError("how is none, single-flight or lock")
    return system.set_apps(protection=how)


@lab.trigger
def jitter(percent: int = 20) -> dict[str, object]:
    """Let each new copy live a little longer or shorter than the TTL."""
    return system.set_apps(jitter=min(max(percent, 0), 100) / 100)


@lab.trigger
def ttl(seconds: float = 10) -> dict[str, object]:
    """How long new copies live."""
    return system.set_apps(ttl=max(0.05, seconds))


@lab.gauge
def hit_ratio() -> float | None:
    """Percent of the last five seconds' requests that a copy answered."""
    return system.recent.share("HIT")


@lab.gauge
def p99_ms() -> float | None:
    """The time that 99 of 100 recent requests stay within."""
    return system.recent.p(99)


@lab.gauge
def origin_calls() -> float | None:
    """Reads that reach the origin each second."""
    return system.origin_rate()


@lab.gauge
def redis_keys() -> float | None:
    """Keys in Redis."""
    return system.redis_info(lambda client: client.dbsize())


@lab.gauge
def redis_mb() -> float | None:
    """Memory that Redis uses, in MB."""
    return system.redis_info(lambda client: client.info("memory")["used_memory"] / 1e6)


@lab.experiment
def second_app() -> Observed:
    """An empty cache; one visitor asks app-1, the next asks app-2 for the same product."""
    with system.fresh():
        seen = [system.visit(7, app, keep=True) for app in ("app-1", "app-2", "app-3")]
    outcomes = [one.outcome for one in seen]
    choice = {("MISS", "HIT", "HIT"): "hit", ("MISS", "MISS", "MISS"): "miss"}
    return lab.observed(
        choice.get(tuple(outcomes), "neither"), outcomes=outcomes, ms=[one.ms for one in seen]
    )


@lab.experiment
def countdown() -> Observed:
    """A copy lives two seconds; a visitor asks for it again and again."""
    seen = measuring.ask_until_second_miss(system, 7, seconds=8)
    hits = [one.ttl for one in seen if one.outcome == "HIT" and one.ttl is not None]
    falling = all(earlier > later for earlier, later in pairwise(hits))
    ended = [one.outcome for one in seen].count("MISS") == 2
    return lab.observed(
        "counts_down" if ended and falling and len(hits) >= 3 else "renewed",
        hits=len(hits), ttls=hits[:3] + hits[-2:], last=seen[-1].outcome,
    )  # fmt: skip


@lab.experiment
def redis_down() -> Observed:
    """Visitors ask for a hot product while Redis works, is dead, hangs, and is back."""
    seen = measuring.outage(system)
    answered = seen["answered"] == seen["asked"]
    late = min(seen["dead_ms"], seen["hanging_ms"]) > 3 * seen["usual_ms"]
    return lab.observed("errors" if not answered else "slower" if late else "same", **seen)


@lab.experiment
def stampede() -> Observed:
    """A hot product's copy expires, and nothing keeps the apps from asking."""
    return crowd("none")


@lab.experiment
def single_flight() -> Observed:
    """The same, with single-flight in each of the three processes."""
    return crowd("single-flight")


@lab.experiment
def redis_lock() -> Observed:
    """The same, with a lock in Redis."""
    return crowd("lock")


def crowd(protection: str) -> Observed:
    """What reaches the origin when a copy that everybody wants expires."""
    seen = measuring.expiry_under_load(system, protection)
    return lab.observed(
        measuring.who_asked(seen.calls, seen.expected), origin_calls=seen.calls,
        arrived_meanwhile=seen.arrived, rate=seen.rate, rebuild_seconds=seen.rebuild_seconds,
        rate_times_rebuild=seen.expected, protection=protection,
    )  # fmt: skip


@lab.experiment
def spread() -> Observed:
    """A thousand products are stored at once: without jitter, then with 20 %."""
    worst = {percent: measuring.warmed(system, 1000, percent) for percent in (0, 20)}
    spreads = worst[0] > 900 and worst[20] < worst[0] / 4
    return lab.observed(
        "spread" if spreads else "same", keys=1000,
        worst_second_without=worst[0], worst_second_with=worst[20],
    )  # fmt: skip


@lab.experiment
def keys_or_scan() -> Observed:
    """Half a million keys; somebody lists them with KEYS, then with SCAN, while visitors ask."""
    waits = measuring.waits_for_walkers(system, keys=500_000)
    ratio = waits["keys"] / waits["scan"]
    choice = "keys" if ratio > 3 else "scan" if ratio < 1 / 3 else "alike"
    return lab.observed(choice, longest_wait_ms=waits, ratio=round(ratio, 1))


@lab.experiment
def race() -> Observed:
    """A reader is on its way to the origin while somebody writes and removes the copy."""
    first, later, seconds = measuring.read_while_written(system, 7, patience=8)
    if first.version == 2:
        choice = "fresh"
    else:
        choice = "until_ttl" if later is not None and seconds > 1 else "for_ever"
    return lab.observed(
        choice, newest=2, first_answer=first.outcome, first_version=first.version,
        stale_seconds=seconds, ttl=2,
    )  # fmt: skip


@lab.experiment
def eviction() -> Observed:
    """A Redis with room for a fifth of the products; some are asked for far more often."""
    seen = measuring.visits_in_little_room(system, lab.random)
    better = seen["hit_percent"] > 1.5 * seen["room_percent"]
    choice = "better" if better else "none" if seen["hit_percent"] < 2 else "share"
    return lab.observed(choice, **seen)


@lab.experiment
def full() -> Observed:
    """Redis is full of what nobody wants any more; visitors want twenty other products."""
    policies = ("noeviction", "allkeys-lru")
    hits = {policy: measuring.hits_of_newcomers(system, policy) for policy in policies}
    frozen = hits["noeviction"] < 20 and hits["allkeys-lru"] > 50
    return lab.observed("frozen" if frozen else "same", hit_percent=hits)


if __name__ == "__main__":
    lab.play(request, request, expire, request, second_app, stampede, redis_lock)
