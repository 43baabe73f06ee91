"""Mutant: a round trip for every key."""


def invalidate(store, pattern):
    """Remove one key at a time."""
    return sum(store.unlink(name) for name in store.scan_iter(match=pattern, count=500))
