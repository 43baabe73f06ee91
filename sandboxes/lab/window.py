"""Measurements of the recent past, which is what gauges report."""

import threading
import time
from collections import deque
from dataclasses import dataclass

MOST = 20_000  # measurements kept


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: when, how long it took in ms, whether it went well, and a mark."""

    at: float
    ms: float
    ok: bool
    tag: str


class Window:
    """Recent measurements; safe to use from several threads.

    Args:
        seconds: How far back it looks; None keeps all it was given.
    """

    def __init__(self, seconds: float | None = 5.0) -> None:
        self._seconds = seconds
        self._measured: deque[Measured] = deque(maxlen=MOST)
        self._lock = threading.Lock()
        self._opened = time.monotonic()

    def add(self, ms: float, *, ok: bool = True, tag: str = "") -> None:
        """Note one measurement."""
        with self._lock:
            self._measured.append(Measured(time.monotonic(), ms, ok, tag))

    def recent(self) -> list[Measured]:
        """What it holds now, oldest first."""
        with self._lock:
            if self._seconds is not None:
                horizon = time.monotonic() - self._seconds
                while self._measured and self._measured[0].at < horizon:
                    self._measured.popleft()
            return list(self._measured)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._measured.clear()
            self._opened = time.monotonic()

    @property
    def count(self) -> int:
        """How many measurements there are."""
        return len(self.recent())

    @property
    def failed(self) -> int:
        """How many of them went wrong."""
        return sum(not one.ok for one in self.recent())

    def rate(self) -> float | None:
        """Measurements a second; None when there are none."""
        recent = self.recent()
        span = time.monotonic() - self._opened
        if self._seconds is not None:
            span = min(span, self._seconds)
        return len(recent) / max(span, 0.001) if recent else None

    def p(self, percent: float) -> float | None:
        """The time in ms that `percent` of the measurements stay within."""
        times = sorted(one.ms for one in self.recent())
        return times[int(percent / 100 * (len(times) - 1))] if times else None

    def mean(self) -> float | None:
        """The mean time in ms."""
        times = [one.ms for one in self.recent()]
        return sum(times) / len(times) if times else None

    def share(self, tag: str) -> float | None:
        """Percent of the measurements that carry `tag`."""
        tags = [one.tag for one in self.recent()]
        return 100 * tags.count(tag) / len(tags) if tags else None

    def tags(self) -> dict[str, int]:
        """How often each mark occurs."""
        counts: dict[str, int] = {}
        for one in self.recent():
            counts[one.tag] = counts.get(one.tag, 0) + 1
        return counts
