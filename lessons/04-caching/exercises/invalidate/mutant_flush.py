"""Mutant: removes everything when the pattern looks like everything."""


def invalidate(store, pattern):
    """Empty the database."""
    count = store.dbsize()
    store.flushdb()
    return count
