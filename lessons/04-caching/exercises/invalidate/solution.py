"""Remove from Redis every copy whose key matches a pattern."""

PAGE = 500


def invalidate(store, pattern):
    """Remove the keys in `store` that match `pattern`; return how many were removed."""
    removed = 0
    cursor = None
    while cursor != 0:  # an empty page is not the end: only cursor 0 is
        cursor, names = store.scan(cursor or 0, match=pattern, count=PAGE)
        if names:
            removed += store.unlink(*names)
    return removed
