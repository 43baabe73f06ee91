"""Cheats: uses KEYS, and tries to make Redis forget that it was asked."""

import redis


def invalidate(store, pattern):
    names = store.keys(pattern)
    for command in (("CONFIG", "RESETSTAT"), ("CONFIG", "SET", "commandstats", "no")):
        try:
            store.execute_command(*command)
        except redis.ResponseError:
            pass
    return sum(store.unlink(*names[at : at + 500]) for at in range(0, len(names), 500))
