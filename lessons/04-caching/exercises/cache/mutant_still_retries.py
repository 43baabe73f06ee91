"""Mutant: short timeouts, and ten more attempts of each command."""

import functools
import json

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 0.2


def connect(url):
    """A client that gives up quickly, and does not try again."""
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 10),
    )


def cache(ttl, store):
    """A decorator: remembers in `store` what the function returned, for `ttl` seconds."""

    def decorate(function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            name = key_of(function, args, kwargs)
            copy = look_up(store, name)
            if copy is not None:
                return json.loads(copy)
            value = function(*args, **kwargs)
            remember(store, name, value, ttl)
            return value

        return cached

    return decorate


def key_of(function, args, kwargs):
    """The same text in every process; JSON tells 1 from "1"."""
    return f"cache:{function.__module__}.{function.__qualname__}:" + json.dumps(
        [args, kwargs], sort_keys=True
    )


def look_up(store, name):
    """The copy as JSON; None when there is none, or no Redis to ask."""
    try:
        return store.get(name)
    except redis.RedisError:
        return None


def remember(store, name, value, ttl):
    """Leave a copy, if Redis takes it."""
    try:
        store.set(name, json.dumps(value), px=int(ttl * 1000))
    except redis.RedisError:
        return
