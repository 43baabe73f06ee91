"""Hashed keys, pickled copies, and a fuse: after a failure Redis is left alone for a second."""

import hashlib
import pickle
import time
from functools import wraps

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(url):
    client = Redis.from_url(
        url, socket_timeout=0.4, socket_connect_timeout=0.4, retry=Retry(NoBackoff(), 0)
    )
    client.blown_until = 0.0
    return client


def careful(store, command, *args, **kwargs):
    if time.monotonic() < store.blown_until:
        return None
    try:
        return getattr(store, command)(*args, **kwargs)
    except RedisError:
        store.blown_until = time.monotonic() + 1
        return None


def cache(ttl, store):
    def decorate(function):
        origin = f"{function.__module__}:{function.__name__}"

        @wraps(function)
        def cached(*args, **kwargs):
            call = repr((origin, args, sorted(kwargs.items())))
            name = hashlib.sha256(call.encode("utf-8", "surrogatepass")).hexdigest()
            copy = careful(store, "get", name)
            if copy:
                return pickle.loads(copy)
            answer = function(*args, **kwargs)
            careful(store, "setex", name, ttl, pickle.dumps(answer))
            return answer

        return cached

    return decorate
