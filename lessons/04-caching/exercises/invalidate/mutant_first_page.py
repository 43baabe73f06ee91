"""Mutant: looks at the first page only."""


def invalidate(store, pattern):
    """Remove what the first page of SCAN holds."""
    _, names = store.scan(0, match=pattern, count=1000)
    return store.unlink(*names) if names else 0
