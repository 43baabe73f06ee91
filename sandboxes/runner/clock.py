"""A clock that stands still while we do: frozen with the container, or with no processor."""

import threading
import time

from runner.background import background

TICK_SECONDS = 0.1
MOST_SECONDS = 0.3  # of one tick that are counted; the rest of a late one was not ours


class AwakeClock:
    """Counts the seconds in which this process could run.

    Its thread exists from the start: while the learner's code fills the process table, no new one
    could be made.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._seconds = self._late = 0.0
        self._ticked = time.monotonic()
        background("awake", self._tick)

    def now(self) -> float:
        """Seconds since the start in which we could run."""
        with self._lock:
            return self._seconds + min(time.monotonic() - self._ticked, MOST_SECONDS)

    @property
    def late(self) -> float:
        """Seconds by which our ticks came too late, all together: how starved we are."""
        with self._lock:
            return self._late

    def close(self) -> None:
        """Stop ticking."""
        self._ended.set()

    def _tick(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            with self._lock:
                now = time.monotonic()
                passed = now - self._ticked
                self._seconds += min(passed, MOST_SECONDS)
                self._late += max(passed - TICK_SECONDS, 0.0)
                self._ticked = now
