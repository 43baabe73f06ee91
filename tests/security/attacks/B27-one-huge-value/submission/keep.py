"""Gives Redis one value of 100 MB."""
import json
import os

import redis

URL = json.loads(os.environ["LAB_RIG"])["redis_url"]


def keep(key, value):
    redis.Redis.from_url(URL, socket_timeout=2).set(key, bytes(100 << 20))
    return True
