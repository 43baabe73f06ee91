"""Finds first, in pages of the size that Redis likes; then removes in batches."""


def invalidate(store, pattern):
    found = set(store.scan_iter(match=pattern, count=2000))
    removed = 0
    while found:
        batch = [found.pop() for _ in range(min(400, len(found)))]
        removed += store.delete(*batch)
    return removed
