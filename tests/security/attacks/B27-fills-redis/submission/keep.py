"""Fills Redis with large values."""
import json
import os

import redis

URL = json.loads(os.environ["LAB_RIG"])["redis_url"]


def keep(key, value):
    client = redis.Redis.from_url(URL, socket_timeout=1)
    for number in range(1000):
        client.set(f"{key}-{number}", bytes(1 << 20))
