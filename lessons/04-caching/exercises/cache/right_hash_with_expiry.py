"""A Redis hash for each copy, stored with its end in one transaction."""

import functools
import json

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(url):
    pool = redis.ConnectionPool.from_url(
        url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0)
    )
    return redis.Redis(connection_pool=pool)


def name_of(function, args, kwargs):
    parts = [f"{type(one).__name__}={one!r}" for one in args]
    parts += [f"{key!r}:{type(kwargs[key]).__name__}={kwargs[key]!r}" for key in sorted(kwargs)]
    parts.append(str(len(args)))
    return ":".join([function.__module__, function.__qualname__, *parts])


def cache(ttl, store):
    def decorate(function):
        @functools.wraps(function)
        def cached(*args, **kwargs):
            name = name_of(function, args, kwargs)
            is_there = True
            try:
                copy = store.hget(name, "answer")
            except redis.RedisError:
                copy, is_there = None, False
            if copy is not None:
                return json.loads(copy.decode())
            answer = function(*args, **kwargs)
            if is_there:
                try:
                    with store.pipeline(transaction=True) as both:
                        both.hset(name, mapping={"answer": json.dumps(answer)})
                        both.expire(name, ttl)
                        both.execute()
                except redis.RedisError:
                    pass
            return answer

        return cached

    return decorate
