"""What the event list tells: everything that matters, and of requests in a row only the newest.

A lab under load samples many requests that were simply answered, or that all failed alike. Told one
by one they push the one sentence that matters off the screen within seconds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from course.model.event import Event, Request

KEPT = 300  # entries
NEWEST = 3  # requests in a row that are told one by one


@dataclass
class Bunch:
    """Requests in a row that are only counted, by outcome."""

    t: float
    outcomes: Counter[str] = field(default_factory=Counter)


Entry = Event | Bunch


class Story:
    """The entries of the list, oldest first."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, events: Iterable[Event]) -> None:
        """Tell these too."""
        for event in events:
            self.entries.append(event)
            self._bunch()
        self.entries = self.entries[-KEPT:]

    def _bunch(self) -> None:
        """Count the oldest of a long run of requests that went well, or failed alike."""
        newest = self.entries[-1]
        run = len(list(takewhile(lambda entry: _is_like(newest, entry), reversed(self.entries))))
        if run <= NEWEST:
            return
        at = len(self.entries) - run
        oldest = self.entries.pop(at)
        before = self.entries[at - 1] if at else None
        # An old bunch is replaced, not changed, so that whoever drew it sees that it is another.
        bunch = Bunch(oldest.t)
        if isinstance(before, Bunch):
            bunch.outcomes.update(before.outcomes)
            self.entries.pop(at - 1)
            at -= 1
        if isinstance(oldest, Request):
            bunch.outcomes[oldest.outcome] += 1
        self.entries.insert(at, bunch)


def _is_like(newest: Entry, entry: Entry) -> bool:
    if not isinstance(newest, Request) or not isinstance(entry, Request):
        return False
    return newest.ok == entry.ok and (newest.ok or _failure(newest) == _failure(entry))


def _failure(request: Request) -> tuple[str, str, tuple[str, ...]]:
    return request.outcome, request.why, tuple(hop.node for hop in request.hops)
