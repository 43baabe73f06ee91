"""How much a database can do at a time.

The databases of this lab answer in a millisecond and have almost nothing to do. So that they can be
too busy, as large ones are, each has a few lanes, and a question holds a lane for a while. Whoever
finds no free lane waits in a line, first come, first served. The one who asked may have left long
before the turn comes; nobody tells the line.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Refused(Exception):
    """The line is too long, or was sent home."""


class Lanes:
    """One database's capacity: `lanes` questions at a time.

    Args:
        lanes: How many.
        room: How many may wait in line; more are refused.
    """

    def __init__(self, lanes: int = 2, room: int = 400) -> None:
        self._free = asyncio.Semaphore(lanes)
        self._room = room
        self._generation = 0
        self.waiting = 0
        self.longest = 0  # the longest line since it was last read
        self.runs = asyncio.Event()
        self.runs.set()

    @asynccontextmanager
    async def lane(self, seconds: float) -> AsyncIterator[None]:
        """Wait for a lane and hold it for so long; then comes what stands in the block."""
        generation = self._generation
        if self.waiting >= self._room:
            raise Refused("the line is too long")
        self.waiting += 1
        self.longest = max(self.longest, self.waiting)
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            await self.runs.wait()  # a database that hangs keeps its lanes
            if generation != self._generation:
                raise Refused("sent home")
            await asyncio.sleep(seconds)
            yield
        finally:
            self._free.release()

    def clear(self) -> None:
        """Send everybody home who waits now."""
        self._generation += 1


class Counts:
    """What was asked since `zero`."""

    def __init__(self) -> None:
        self.zero()

    def zero(self) -> None:
        """Count from zero."""
        self.calls: Counter[str] = Counter()  # by shard
        self.keys: Counter[str] = Counter()  # by what was asked for
        self.under_way: Counter[str] = Counter()
        self.same_at_once: Counter[str] = Counter()  # the most that were under way, by key

    @asynccontextmanager
    async def count(self, shard: str, key: str) -> AsyncIterator[None]:
        """One question, from its arrival to its answer."""
        self.calls[shard] += 1
        self.keys[key] += 1
        under_way, most = self.under_way, self.same_at_once
        under_way[key] += 1
        most[key] = max(most[key], under_way[key])
        try:
            yield
        finally:
            under_way[key] -= 1
