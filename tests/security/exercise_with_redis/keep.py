"""One value, kept in Redis."""


def keep(key: str, value: str) -> bool:
    """Whether Redis has taken the value."""
    raise NotImplementedError
