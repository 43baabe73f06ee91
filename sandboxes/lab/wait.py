"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

from lab.errors import NotInTime

T = TypeVar("T")
PAUSE = 0.01  # seconds between two looks, at first
LONGEST_PAUSE = 0.1


def until(claim: Callable[[], T], seconds: float, what: str) -> T:
    """Poll `claim` until it is true and return its value.

    Raises:
        NotInTime: When `seconds` passed first; `what` says what was awaited.
    """
    deadline = time.monotonic() + seconds
    pause = PAUSE
    while not (value := claim()):
        if time.monotonic() > deadline:
            raise NotInTime(f"{what} did not happen within {seconds:g} s")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return value
