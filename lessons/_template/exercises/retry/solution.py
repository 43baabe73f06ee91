"""Ask again when there is no answer."""

from collections.abc import Callable
from typing import Any


def retry(ask: Callable[[], Any], times: int) -> Any:
    """Return the first answer within so many tries."""
    if times < 1:
        raise ValueError("at least one try")
    for left in range(times - 1, -1, -1):
        try:
            return ask()
        except Exception:
            if left == 0:
                raise
    return None
