"""Requests on the edges, added up until the next tick."""

import threading
from dataclasses import dataclass


@dataclass(slots=True)
class Flow:
    """What one edge carried since the last tick."""

    requests: int = 0
    errors: int = 0
    ms: float = 0.0  # summed over the requests that were timed
    timed: int = 0

    @property
    def mean_ms(self) -> float | None:
        """The mean time, where any request was timed."""
        return round(self.ms / self.timed, 3) if self.timed else None


class Flows:
    """Adds up per edge; an edge that falls silent is reported once more, with zero."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flows: dict[tuple[str, str], Flow] = {}
        self._were_busy: set[tuple[str, str]] = set()

    def add(
        self, source: str, target: str, requests: int, errors: int, ms: float | None = None
    ) -> None:
        """Count `requests` of which `errors` failed; `ms` is their mean time."""
        with self._lock:
            flow = self._flows.setdefault((source, target), Flow())
            flow.requests += requests
            flow.errors += errors
            if ms is not None and requests:
                flow.ms += ms * requests
                flow.timed += requests

    def take(self) -> dict[tuple[str, str], Flow]:
        """What came together since the last call, and zero for edges that fell silent."""
        with self._lock:
            taken, self._flows = self._flows, {}
            silent = {edge: Flow() for edge in self._were_busy - taken.keys()}
            self._were_busy = set(taken)
        return {**taken, **silent}
