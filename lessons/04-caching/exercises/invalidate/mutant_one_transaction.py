"""Mutant: finds in pages, and removes in one transaction, which nobody interrupts."""


def invalidate(store, pattern):
    """Queue every page, then let all of them go."""
    with store.pipeline(transaction=True) as pipe:
        cursor = None
        while cursor != 0:
            cursor, names = store.scan(cursor or 0, match=pattern, count=500)
            if names:
                pipe.unlink(*names)
        return sum(pipe.execute())
