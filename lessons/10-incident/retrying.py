"""Trying again, and when not to."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from web import Answer

Ask = Callable[[], Awaitable[Answer]]
TRIES = 2


class Budget:
    """Retries for a tenth of all requests, and no more: a full bucket, refilled by requests.

    When a few requests fail, they are all tried again. When all fail, trying again only multiplies
    the load, and the bucket is empty.
    """

    def __init__(self, share: float = 0.1, most: float = 5.0) -> None:
        self._share, self._most = share, most
        self._left = most

    def request(self) -> None:
        """Somebody asked for something."""
        self._left = min(self._most, self._left + self._share)

    def spend(self) -> bool:
        """Whether one more try is allowed."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Breaker:
    """After some failures in a row, ask nobody for a while; then let one through to see."""

    def __init__(self, failures: int = 5, seconds: float = 0.5) -> None:
        self._most, self._seconds = failures, seconds
        self._failures = 0
        self._closed_until = 0.0

    def lets_through(self) -> bool:
        """Whether to ask at all."""
        now = time.monotonic()
        if self._failures < self._most:
            return True
        if now >= self._closed_until:
            self._closed_until = now + self._seconds  # this one may try; the next waits again
            return True
        return False

    def note(self, ok: bool) -> None:
        """What came of it."""
        self._failures = 0 if ok else self._failures + 1
        if not ok and self._failures == self._most:
            self._closed_until = time.monotonic() + self._seconds


async def persistently(ask: Ask, how: str, budget: Budget) -> Answer:
    """Ask, and ask again where that is allowed: at once (naive), or later and seldom (budget)."""
    budget.request()
    answer = await ask()
    for attempt in range(1, TRIES):
        if answer.ok or how == "none" or (how == "budget" and not budget.spend()):
            break
        if how == "budget":
            await asyncio.sleep(random.uniform(0, 0.1 * 2**attempt))
        answer = await ask()
    return answer
