"""Mutant: remembers in a dictionary of its own process."""

import functools
import json
import time

import redis

COPIES = {}


def connect(url):
    """Never used."""
    return redis.Redis.from_url(url)


def cache(ttl, store):
    """A decorator: remembers in this process what the function returned."""

    def decorate(function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            name = function.__name__ + json.dumps([args, kwargs], sort_keys=True)
            value, ends = COPIES.get(name, (None, 0))
            if time.monotonic() >= ends:
                value = function(*args, **kwargs)
                COPIES[name] = value, time.monotonic() + ttl
            return value

        return cached

    return decorate
