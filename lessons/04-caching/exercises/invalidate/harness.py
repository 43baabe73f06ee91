"""Hands the submission a client of the rig's Redis."""

import json
import os

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from submission import invalidate as submitted

store = redis.Redis.from_url(
    json.loads(os.environ["LAB_RIG"])["redis_url"],
    socket_timeout=10,
    retry=Retry(NoBackoff(), 0),
)


def invalidate(pattern):
    """What the submission returns for a pattern."""
    return submitted(store, pattern)
