"""Events leave the lab through here: numbered, timed and bounded."""

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

Sink = Callable[[dict[str, Any]], None]
MOST_PER_SECOND = 400
SAMPLES = ("request", "log")
MOST_SAMPLES_PER_SECOND = 100
UNBOUNDED = ("lab_started", "lab_stopped", "experiment_done", "trigger_done", "dropped")


class Telling:
    """Numbers events and hands them to a sink; leaves out what is too much, and says so."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._seq = 0
        self._names = itertools.count(1)
        self._started = time.monotonic()
        self._second = 0
        self._sent = {"all": 0, "samples": 0}
        self._dropped = 0

    def now(self) -> float:
        """Seconds since the lab opened."""
        return time.monotonic() - self._started

    def new_name(self, prefix: str) -> str:
        """A name nobody had before in this lab."""
        return f"{prefix}{next(self._names)}"

    def tell(self, kind: str, *, keep: bool = False, **fields: Any) -> None:
        """Send one event, unless there were too many in this second; `keep` always sends."""
        with self._lock:
            t = self.now()
            self._new_second(t)
            if not keep and kind not in UNBOUNDED and self._is_too_much(kind):
                self._dropped += 1
                return
            self._send(kind, t, fields)

    def _new_second(self, t: float) -> None:
        second = int(t)
        if second == self._second:
            return
        self._second = second
        self._sent = {"all": 0, "samples": 0}
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self._send("dropped", t, {"count": dropped})

    def _is_too_much(self, kind: str) -> bool:
        if kind in SAMPLES:
            self._sent["samples"] += 1
            if self._sent["samples"] > MOST_SAMPLES_PER_SECOND:
                return True
        self._sent["all"] += 1
        return self._sent["all"] > MOST_PER_SECOND

    def _send(self, kind: str, t: float, fields: dict[str, Any]) -> None:
        self._seq += 1
        self._sink({"seq": self._seq, "t": round(t, 4), "kind": kind, **fields})
