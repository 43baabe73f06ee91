"""Mutant: removes an empty page, which is an error."""


def invalidate(store, pattern):
    """Remove page after page."""
    removed = 0
    cursor = None
    while cursor != 0:
        cursor, names = store.scan(cursor or 0, match=pattern, count=500)
        removed += store.unlink(*names)
    return removed
