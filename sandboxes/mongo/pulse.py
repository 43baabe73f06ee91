"""A signal that wakes everybody who waits for something to change."""

import asyncio
from collections.abc import Callable


class Pulse:
    """Fires many times; each fire wakes all who wait at that moment."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake everybody who waits now."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_until(self, condition: Callable[[], bool], seconds: float | None) -> bool:
        """Wait until a condition holds, looked at after each fire; tell whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await self._next()
        except TimeoutError:
            return condition()
        return True

    async def _next(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
