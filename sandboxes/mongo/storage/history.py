"""The history of one process: the journal, and the store and retries that follow from it."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import bson
from bson import Int64

from mongo.document import Document
from mongo.pulse import Pulse
from mongo.storage.journal import Journal, OpTime
from mongo.storage.retries import Retries
from mongo.storage.store import Store


class History:
    """Everything that happened; the store is what it adds up to."""

    def __init__(self, file: Path) -> None:
        self.journal = Journal(file)
        self.store = Store()
        self.retries = Retries()
        self.changed = Pulse()
        self.last_date = datetime.now(UTC).replace(tzinfo=None)
        for entry in self.journal.recover():
            self.follow(entry)

    @property
    def last(self) -> OpTime:
        """Give the time of the last entry."""
        return self.journal.last

    def batch(self, term: int) -> "Batch":
        """Begin a group of writes that is appended to the journal in one go."""
        return Batch(self, term)

    def note(self, term: int, message: str) -> None:
        """Append an entry that changes nothing: the start of a term, a sign of life."""
        with self.batch(term) as batch:
            batch.add({"op": "n", "ns": "", "o": {"msg": message}})

    def receive(self, entries: list[Document]) -> None:
        """Take over entries that another member wrote."""
        self.journal.append(entries)
        for entry in entries:
            self.follow(entry)
        self.changed.fire()

    def rewind(self, position: int) -> list[Document]:
        """Undo the entries from a position on, and give them back."""
        undone = bson.decode_all(self.journal.cut(position))
        self.store, self.retries = Store(), Retries()
        for entry in self.journal.entries():
            self.follow(entry)
        self.changed.fire()
        return undone

    def follow(self, entry: Document) -> None:
        """Let the store and the retries take in one entry."""
        self.store.apply(entry)
        self.retries.note(entry)
        self.last_date = entry["wall"]

    def append(self, entries: Iterable[Document]) -> None:
        """Write entries that the store already follows."""
        self.journal.append(entries)
        self.changed.fire()


class Batch:
    """Writes of one command: each is in the store at once, all reach the journal together."""

    def __init__(self, history: History, term: int) -> None:
        self._history = history
        self._term = Int64(term)
        self._entries: list[Document] = []
        self._clock = max(int(time.time()) << 32, history.last.clock)
        self._now = datetime.now(UTC).replace(tzinfo=None)

    def add(self, draft: Document, marks: Document | None = None) -> None:
        """Do what a draft says, and keep it for the journal."""
        self._clock += 1
        stamp = OpTime(0, self._clock).timestamp
        entry = {"ts": stamp, "t": self._term, "wall": self._now} | draft | (marks or {})
        self._history.follow(entry)
        self._entries.append(entry)

    def __enter__(self) -> "Batch":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Append what was done, also when a later statement failed."""
        if self._entries:
            self._history.append(self._entries)
