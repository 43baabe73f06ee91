"""A real Redis that can be stopped."""

from types import SimpleNamespace

import redis

from lab import Lab

lab = Lab()
parts = SimpleNamespace()


@lab.setup
def start() -> None:
    """Start it and say where it is."""
    parts.redis = lab.redis(maxmemory="32mb")
    lab.publish(redis_url=parts.redis.learner_url)


@lab.trigger
def fresh() -> None:
    """An empty Redis, whatever was done to the last one."""
    if not parts.redis.is_running:
        parts.redis.restart()
    parts.redis.client().flushall()


@lab.trigger
def stop() -> None:
    """The fault: it is gone."""
    parts.redis.kill()


@lab.trigger
def read(key: str = "") -> str | None:
    """What it keeps."""
    value: str | None = parts.redis.client().get(key)
    return value


@lab.trigger
def is_up() -> bool:
    """Whether it answers us, with every right."""
    try:
        return bool(parts.redis.client(retry=None).ping())
    except redis.RedisError:
        return False
