"""Asks itself for one try less."""


def retry(ask, times):
    """Return the first answer within so many tries."""
    if times < 1:
        raise ValueError(times)
    if times == 1:
        return ask()
    try:
        return ask()
    except Exception:
        return retry(ask, times - 1)
