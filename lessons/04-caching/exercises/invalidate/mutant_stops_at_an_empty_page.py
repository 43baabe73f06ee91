"""Mutant: takes an empty page for the end."""


def invalidate(store, pattern):
    """Remove page after page, until one is empty."""
    removed = 0
    cursor, names = store.scan(0, match=pattern, count=500)
    while names:
        removed += store.unlink(*names)
        if cursor == 0:
            break
        cursor, names = store.scan(cursor, match=pattern, count=500)
    return removed
