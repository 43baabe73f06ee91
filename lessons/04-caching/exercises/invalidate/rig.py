"""A real Redis with many keys, its own account of what was asked of it, and a tap before it."""

import re
from types import SimpleNamespace

from tap import HangUpError, Tap

from lab import Lab

lab = Lab()
parts = SimpleNamespace(others_take=None, dies_below=None, taken=0, largest=0)

FORBIDDEN = ("keys", "flushall", "flushdb")
REMOVING = ("del", "unlink", "getdel", "expire", "pexpire", "delex")
AS_ONE = ("eval", "evalsha", "fcall", "exec")  # whatever is inside, nobody else has a turn
COUNT = re.compile(rb"\r\nSCAN\r\n.*?\r\nCOUNT\r\n\$\d+\r\n(\d+)\r\n", re.IGNORECASE | re.DOTALL)


@lab.setup
def start() -> None:
    """Start Redis and say where it is."""
    parts.redis = lab.redis()
    parts.redis.client().config_set("slowlog-log-slower-than", -1)
    parts.tap = Tap(parts.redis.port, asked=look_at_pages, answered=come_between)
    lab.publish(redis_url=parts.tap.url(parts.redis.learner_url))


def look_at_pages(data: bytes) -> None:
    """How large a page the submission asks for."""
    parts.largest = max(parts.largest, *map(int, COUNT.findall(data)), 0)


def come_between(data: bytes) -> None:
    """Before the submission learns of some keys, others remove two of them, or Redis dies."""
    if parts.others_take is not None:
        names = re.findall(parts.others_take, data)[:2]
        if names:
            parts.taken += parts.redis.client().delete(*names)
    if parts.dies_below is not None and parts.redis.client().dbsize() < parts.dies_below:
        parts.dies_below = None
        parts.redis.kill()
        raise HangUpError


@lab.trigger
def fresh() -> None:
    """An empty Redis that works."""
    parts.others_take, parts.dies_below, parts.taken = None, None, 0
    if not parts.redis.is_running:
        parts.redis.restart()
    client = parts.redis.client()
    client.config_set("min-replicas-to-write", 0)
    client.flushall()


@lab.trigger
def fill(names: list[str]) -> None:
    """Store these keys."""
    client = parts.redis.client()
    for first in range(0, len(names), 1000):
        client.mset(dict.fromkeys(names[first : first + 1000], "x"))


@lab.trigger
def number(prefix: str, count: int, suffix: str = "") -> None:
    """Store keys PREFIX1SUFFIX to PREFIXcountSUFFIX."""
    fill([f"{prefix}{n}{suffix}" for n in range(1, count + 1)])


@lab.trigger
def of_every_kind(prefix: str) -> int:
    """Store seven keys that begin so: text, text that ends, and every other kind of value."""
    client = parts.redis.client()
    client.set(f"{prefix}text", "x")
    client.set(f"{prefix}ends", "x", ex=600)
    client.hset(f"{prefix}hash", "field", "x")
    client.rpush(f"{prefix}list", "x")
    client.sadd(f"{prefix}set", "x")
    client.zadd(f"{prefix}sorted", {"x": 1})
    client.xadd(f"{prefix}stream", {"field": "x"})
    return 7


@lab.trigger
def others_take(prefix: str) -> None:
    """From now on others remove some of these keys just before the submission hears of them."""
    parts.others_take = re.compile(re.escape(prefix.encode()) + rb"\d+")


@lab.trigger
def taken() -> int:
    """How many others have removed."""
    parts.others_take = None
    return int(parts.taken)


@lab.trigger
def die_midway() -> None:
    """Redis dies as soon as the first key is gone, before the submission hears of it."""
    parts.dies_below = int(parts.redis.client().dbsize())


@lab.trigger
def refuse_writes() -> None:
    """Redis answers reads, and refuses every write."""
    parts.redis.client().config_set("min-replicas-to-write", 1)


@lab.trigger
def watch() -> None:
    """Count commands and round trips from here on."""
    parts.redis.client().config_resetstat()
    parts.largest = 0


@lab.trigger
def seen() -> dict[str, int]:
    """What was asked of Redis since `watch`.

    Removals are commands that remove; where a script or a transaction does it, that is one.
    """
    client = parts.redis.client()
    trips = client.info("stats")["total_reads_processed"]
    commands = client.info("commandstats")
    as_one = sum(asked(commands, name) for name in AS_ONE)
    return {
        "round_trips": trips,
        "pages": asked(commands, "scan"),
        "largest": int(parts.largest),
        "removals": as_one or sum(asked(commands, name) for name in REMOVING),
        **{name: asked(commands, name) for name in FORBIDDEN},
    }


def asked(commands: dict[str, dict[str, int]], name: str) -> int:
    """How often a command ran or was refused."""
    stats = commands.get(f"cmdstat_{name}", {})
    return int(stats.get("calls", 0)) + int(stats.get("rejected_calls", 0))


@lab.trigger
def left() -> list[str]:
    """The keys that are there."""
    return sorted(parts.redis.client().scan_iter(count=1000))


@lab.trigger
def count() -> int:
    """How many keys are there."""
    return int(parts.redis.client().dbsize())


@lab.trigger
def kill() -> None:
    """Redis is gone."""
    parts.redis.kill()
