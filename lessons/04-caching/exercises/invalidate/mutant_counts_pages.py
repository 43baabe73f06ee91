"""Mutant: returns how many pages there were."""


def invalidate(store, pattern):
    """Remove page after page."""
    pages = 0
    cursor = None
    while cursor != 0:
        cursor, names = store.scan(cursor or 0, match=pattern, count=500)
        if names:
            store.unlink(*names)
            pages += 1
    return pages
