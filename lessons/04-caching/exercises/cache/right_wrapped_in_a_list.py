"""Copies are lists of one, text is decoded by the client, and a class is the decorator."""

import contextlib
import functools
import json

import redis
from redis.retry import Retry


def connect(url):
    options = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25, "decode_responses": True}
    no_retry = Retry(redis.backoff.NoBackoff(), 0)
    return redis.from_url(url, retry=no_retry, health_check_interval=0, **options)


class cache:
    def __init__(self, ttl, store):
        self.ttl, self.store = ttl, store

    def __call__(self, function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            key = json.dumps(
                {"of": [function.__module__, function.__qualname__], "args": args, "named": kwargs},
                sort_keys=True,
                separators=(",", ":"),
            )
            found = None
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                found = self.store.get("copy:" + key)
            if found is None:
                found = [function(*args, **kwargs)]
                with contextlib.suppress(redis.exceptions.RedisError, OSError):
                    self.store.set("copy:" + key, json.dumps(found), ex=self.ttl)
                return found[0]
            return json.loads(found)[0]

        return cached
