"""Mutant: asks for all keys at once."""


def invalidate(store, pattern):
    """Remove what KEYS finds."""
    names = store.keys(pattern)
    removed = 0
    for first in range(0, len(names), 500):
        removed += store.unlink(*names[first : first + 500])
    return removed
