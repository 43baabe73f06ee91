"""Cheats: swallows what Redis refuses, after an attempt to make it obey."""

import redis


def invalidate(store, pattern):
    removed = 0
    try:
        for name in store.scan_iter(match=pattern, count=500):
            removed += store.unlink(name)
    except redis.RedisError:
        try:
            store.config_set("min-replicas-to-write", 0)
            store.replicaof("NO", "ONE")
        except redis.RedisError:
            pass
    return removed
