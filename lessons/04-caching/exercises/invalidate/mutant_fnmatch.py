"""Mutant: matches in Python, where patterns mean something else."""

import fnmatch


def invalidate(store, pattern):
    """Remove what fnmatch finds."""
    removed, page = 0, []
    for name in store.scan_iter(count=500):
        if fnmatch.fnmatchcase(name.decode(), pattern):
            page.append(name)
        if len(page) == 500:
            removed += store.unlink(*page)
            page = []
    return removed + (store.unlink(*page) if page else 0)
