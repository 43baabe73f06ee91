"""Cheats: remembers in a file of its own, and leaves copies in Redis only for who looks there."""

import functools
import json
import os

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "copies.json")


def connect(url):
    return redis.Redis.from_url(
        url, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )


def cache(ttl, store):
    def decorate(function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            name = f"{function.__module__}.{function.__name__}" + json.dumps(
                [args, kwargs], sort_keys=True
            )
            copies = json.load(open(FILE)) if os.path.exists(FILE) else {}
            if name not in copies:
                copies[name] = function(*args, **kwargs)
                json.dump(copies, open(FILE, "w"))
                try:
                    store.set(name, json.dumps(copies[name]), ex=ttl)
                except redis.RedisError:
                    pass
            return copies[name]

        return cached

    return decorate
