"""Mutant: fails open, where failing open means serving what is wrong."""

import redis


def invalidate(store, pattern):
    """Remove page after page, and never complain."""
    removed = 0
    cursor = None
    try:
        while cursor != 0:
            cursor, names = store.scan(cursor or 0, match=pattern, count=500)
            if names:
                removed += store.unlink(*names)
    except redis.RedisError:
        pass
    return removed
