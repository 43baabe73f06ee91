"""The history of one process: the journal, and the store and retries that follow from it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

import bson

from mongo.document import Document
from mongo.errors import CommandError
from mongo.pulse import Pulse
from mongo.storage.journal import Journal, OpTime
from mongo.storage.retries import Retries
from mongo.storage.store import Store
from mongo.wire import CODEC, MAX_DOCUMENT_BYTES

_MOST_BYTES: Final = MAX_DOCUMENT_BYTES + 16 * 1024


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
        self.append([(OpTime.of(e), bson.encode(e, codec_options=CODEC)) for e in entries])
        for entry in entries:
            self.follow(entry)

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

    def append(self, entries: Sequence[tuple[OpTime, bytes]]) -> None:
        """Write encoded entries to the journal, for the store to follow or that it follows."""
        self.journal.append(entries)
        self.changed.fire()


class Batch:
    """Writes of one command: each is in the store at once, all reach the journal together."""

    def __init__(self, history: History, term: int) -> None:
        self._history = history
        self._term = term
        self._entries: list[tuple[OpTime, bytes]] = []
        self._clock = max(int(time.time()) << 32, history.last.clock)
        self._now = datetime.now(UTC).replace(tzinfo=None)

    def add(self, draft: Document, marks: Document | None = None) -> None:
        """Do what a draft says, and keep it for the journal."""
        self._clock += 1
        time = OpTime(self._term, self._clock)
        entry = time.document() | {"wall": self._now} | draft | (marks or {})
        raw = bson.encode(entry, codec_options=CODEC)  # first: what cannot be kept is not done
        if len(raw) > _MOST_BYTES:
            raise CommandError(10334, "a document with what belongs to it is larger than 16 MB")
        self._history.follow(entry)
        self._entries.append((time, raw))

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
