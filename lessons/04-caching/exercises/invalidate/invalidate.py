"""Remove from Redis every copy whose key matches a pattern."""


def invalidate(store, pattern):
    """Remove the keys in `store` that match `pattern`; return how many were removed."""
    return 0
