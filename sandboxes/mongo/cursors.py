"""Open cursors: results that wait to be fetched, batch by batch."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import bson
from bson import Int64
from bson.raw_bson import RawBSONDocument

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.projection import Projector
from mongo.wire import CODEC, MAX_DOCUMENT_BYTES

FIRST_BATCH: Final = 101
_IDLE_SECONDS: Final = 600.0


@dataclass(slots=True)
class Cursor:
    """Documents that were found, projected only when they are fetched."""

    namespace: str
    documents: Sequence[Document]
    project: Projector
    position: int = 0
    touched: float = field(default_factory=time.monotonic)

    @property
    def is_exhausted(self) -> bool:
        """Tell whether everything was fetched."""
        return self.position >= len(self.documents)

    def take(self, count: int | None) -> list[Value]:
        """Fetch some documents, as many as fit into one message."""
        stop = len(self.documents) if count is None else self.position + count
        batch: list[Value] = []
        size = 0
        for document in self.documents[self.position : stop]:
            raw = bson.encode(self.project(document), codec_options=CODEC)
            size += len(raw)
            if batch and size > MAX_DOCUMENT_BYTES:
                break
            batch.append(RawBSONDocument(raw))
        self.position += len(batch)
        self.touched = time.monotonic()
        return batch


class Cursors:
    """The open cursors of a process."""

    def __init__(self) -> None:
        self._open: dict[int, Cursor] = {}

    def __len__(self) -> int:
        """Count the open cursors."""
        return len(self._open)

    def start(self, cursor: Cursor, batch_size: int | None, *, is_single: bool = False) -> Document:
        """Answer with the first batch, and keep the cursor if there is more."""
        batch = cursor.take(FIRST_BATCH if batch_size is None else batch_size)
        identity = 0
        if not is_single and not cursor.is_exhausted:
            identity = self._keep(cursor)
        found = {"firstBatch": batch, "id": Int64(identity), "ns": cursor.namespace}
        return {"cursor": found, "ok": 1.0}

    def more(self, identity: int, batch_size: int | None) -> Document:
        """Answer with the next batch."""
        cursor = self._open.get(identity)
        if cursor is None:
            raise CommandError(43, f"cursor id {identity} not found")
        batch = cursor.take(batch_size or None)
        if cursor.is_exhausted:
            del self._open[identity]
            identity = 0
        found = {"nextBatch": batch, "id": Int64(identity), "ns": cursor.namespace}
        return {"cursor": found, "ok": 1.0}

    def kill(self, identity: int) -> bool:
        """Close a cursor; tell whether it was open."""
        return self._open.pop(identity, None) is not None

    def _keep(self, cursor: Cursor) -> int:
        oldest = time.monotonic() - _IDLE_SECONDS
        for identity in [key for key, known in self._open.items() if known.touched < oldest]:
            del self._open[identity]
        identity = random.getrandbits(62) + 1
        self._open[identity] = cursor
        return identity
