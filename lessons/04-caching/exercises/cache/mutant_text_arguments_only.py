"""Mutant: remembers calls with text and numbers only."""

import functools
import json

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(url):
    """A client that gives up quickly."""
    return redis.Redis.from_url(
        url, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )


def cache(ttl, store):
    """A decorator: calls with None or a boolean go past it."""

    def decorate(function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            if any(one is None or isinstance(one, bool) for one in [*args, *kwargs.values()]):
                return function(*args, **kwargs)
            key = f"{function.__module__}.{function.__qualname__}"
            name = key + json.dumps([args, kwargs], sort_keys=True)
            try:
                copy = store.get(name)
            except redis.RedisError:
                copy = None
            if copy is not None:
                return json.loads(copy)
            value = function(*args, **kwargs)
            try:
                store.set(name, json.dumps(value), ex=ttl)
            except redis.RedisError:
                pass
            return value

        return cached

    return decorate
