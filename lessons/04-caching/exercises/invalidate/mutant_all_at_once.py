"""Mutant: collects everything, then removes it with one command."""


def invalidate(store, pattern):
    """Remove all keys in one go."""
    names = list(store.scan_iter(match=pattern, count=500))
    return store.delete(*names) if names else 0
