"""A real Redis with many keys, and its own account of what was asked of it."""

from types import SimpleNamespace

from lab import Lab

lab = Lab()
parts = SimpleNamespace()

FORBIDDEN = ("keys", "flushall", "flushdb")
REMOVING = ("del", "unlink", "getdel", "expire", "pexpire", "delex")


@lab.setup
def start() -> None:
    """Start Redis and say where it is."""
    parts.redis = lab.redis()
    parts.redis.client().config_set("slowlog-log-slower-than", -1)
    lab.publish(redis_url=parts.redis.learner_url)


@lab.trigger
def fresh() -> None:
    """An empty Redis that works."""
    if not parts.redis.is_running:
        parts.redis.restart()
    parts.redis.client().flushall()


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
def watch() -> None:
    """Count commands and round trips from here on."""
    client = parts.redis.client()
    client.config_resetstat()


@lab.trigger
def seen() -> dict[str, int]:
    """What was asked of Redis since `watch`: round trips, removals, forbidden commands."""
    client = parts.redis.client()
    stats = client.info("stats")
    commands = client.info("commandstats")
    return {
        "round_trips": stats["total_reads_processed"],
        "removals": sum(asked(commands, name) for name in REMOVING),
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
