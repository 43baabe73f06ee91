"""Remember answers in Redis for a while, and do without Redis when it is away."""

import functools

import redis


def connect(url):
    """A client for the Redis at `url`. How long may it keep a visitor waiting?"""
    return redis.Redis.from_url(url)


def cache(ttl, store):
    """A decorator: remembers in `store` what the function returned, for `ttl` seconds."""

    def decorate(function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            # Look for a copy in the store; without one, call the function and leave a copy.
            return function(*args, **kwargs)

        return cached

    return decorate
