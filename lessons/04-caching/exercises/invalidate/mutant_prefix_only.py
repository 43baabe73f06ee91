"""Mutant: takes every pattern for a prefix."""


def invalidate(store, pattern):
    """Remove the keys that begin like the pattern."""
    prefix = pattern.split("*")[0].encode()
    removed = 0
    page = []
    for name in store.scan_iter(count=500):
        if name.startswith(prefix):
            page.append(name)
        if len(page) == 500:
            removed += store.unlink(*page)
            page = []
    return removed + (store.unlink(*page) if page else 0)
