"""What the event list tells: everything that matters, and of ordinary requests only the newest.

A lab under load samples many requests that were simply answered. Told one by one they push the
one sentence that matters off the screen within seconds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from course.model.event import Event, Request

KEPT = 300  # entries
NEWEST = 3  # ordinary requests in a row that are told one by one


@dataclass
class Bunch:
    """Ordinary requests in a row that are only counted, by outcome."""

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
        """Count the oldest of a run of ordinary requests, once the run is long."""
        run = len(list(takewhile(_is_ordinary, reversed(self.entries))))
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


def _is_ordinary(entry: Entry) -> bool:
    return isinstance(entry, Request) and entry.ok
