"""One value, kept in Redis."""

import json
import os

import redis


def keep(key: str, value: str) -> bool:
    """Whether Redis has taken the value."""
    url = json.loads(os.environ["LAB_RIG"])["redis_url"]
    try:
        return bool(redis.Redis.from_url(url, socket_timeout=1).set(key, value))
    except redis.RedisError:
        return False
