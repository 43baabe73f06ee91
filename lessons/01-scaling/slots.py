"""What a box has little of: places to work in, and CPU time."""

import threading
import time
from collections import deque

GRANTED_AT_ONCE_SECONDS = 0.1  # an allowance that was not used is saved up for so long


class LineFull(Exception):
    """Nobody may join the line any more."""


class Slots:
    """So many requests are worked on at once; the others stand in line, first come first served.

    `with slots:` waits for a free slot and holds it.
    """

    def __init__(self, count: int, longest_line: int) -> None:
        self._count = count
        self._longest_line = longest_line
        self._line: deque[object] = deque()
        self._changed = threading.Condition()
        self.busy = 0

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            if len(self._line) >= self._longest_line:
                raise LineFull
            self._line.append(ticket)
            self._changed.wait_for(lambda: self._line[0] is ticket and self.busy < self._count)
            self._line.popleft()
            self.busy += 1
            self._changed.notify_all()  # there may be a slot for the next one, too

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self.busy -= 1
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    @property
    def count(self) -> int:
        """How many slots there are; can be changed at any time."""
        return self._count

    @count.setter
    def count(self, count: int) -> None:
        with self._changed:
            self._count = count
            self._changed.notify_all()


class Allowance:
    """CPU time that comes in steadily; who used more than there was waits until it is made up.

    A container's CPU limit works like this. Here it is done inside the program, so that a box can
    be small on any computer.
    """

    def __init__(self, ms_per_second: float) -> None:
        self.ms_per_second = ms_per_second
        self._left = 0.0
        self._counted_at = time.monotonic()
        self._lock = threading.Lock()

    def spend(self, ms: float) -> None:
        """Take so much CPU time out, and wait while there is less than none left."""
        with self._lock:
            now = time.monotonic()
            came_in = (now - self._counted_at) * self.ms_per_second
            most = GRANTED_AT_ONCE_SECONDS * self.ms_per_second
            self._left = min(self._left + came_in, most) - ms
            self._counted_at = now
            missing = max(0.0, -self._left)
        time.sleep(missing / self.ms_per_second)
