"""What clients were promised: the versions of pages whose writing was acknowledged."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

KEPT = 1_000  # acknowledged versions of each page
RECENT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Promise:
    """Somebody said that a version is written."""

    member: str
    at: float


class Ledger:
    """Knows what was acknowledged, and finds out what of it was lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._promises: dict[int, dict[int, Promise]] = {}
        self._losses: deque[float] = deque(maxlen=10_000)

    def acknowledged(self, page: int, version: int, member: str) -> None:
        """A write was acknowledged. A version given out twice was lost in between."""
        with self._lock:
            given = self._promises.setdefault(page, {})
            earlier = given.get(version)
            if earlier is not None and earlier.member != member:
                self._lose(given, [v for v, one in given.items() if v >= version], but=member)
            given[version] = Promise(member, time.monotonic())
            if len(given) > KEPT:
                del given[min(given)]

    def latest(self, page: int) -> int:
        """The newest version that was promised: who reads less, reads something old."""
        with self._lock:
            return max(self._promises.get(page, {}), default=0)

    def audit(self, primary: str, found: Mapping[int, int], asked_at: float) -> int:
        """Compare with what the primary has; how many promises it does not keep."""
        with self._lock:
            lost = 0
            for page, given in self._promises.items():
                gone = [
                    version
                    for version, one in given.items()
                    if version > found.get(page, 0) and one.at < asked_at
                ]
                lost += self._lose(given, gone, but=primary)
            return lost

    def lost(self) -> int:
        """Promises that were found broken lately."""
        horizon = time.monotonic() - RECENT_SECONDS
        return sum(at >= horizon for at in list(self._losses))

    def _lose(self, given: dict[int, Promise], versions: list[int], *, but: str) -> int:
        gone = [version for version in versions if given[version].member != but]
        for version in gone:
            del given[version]
        self._losses.extend(time.monotonic() for _ in gone)
        return len(gone)
