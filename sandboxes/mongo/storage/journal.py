"""The journal: every change in order, on disk, so that a restart finds what was said.

A file of BSON documents, one after the other. What is appended is handed to the
operating system before the client hears of it, so a killed process loses nothing
that it acknowledged; `j: true` also waits for the disk.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import bson
from bson import Timestamp

from mongo.document import Document
from mongo.wire import CODEC

_PREFIX_BYTES: Final = 4  # a BSON document says its size first
_LEAST_BYTES: Final = 5  # an empty one


@dataclass(frozen=True, slots=True, order=True)
class OpTime:
    """A point in the history of a set: the term of the primary, then its clock."""

    term: int = 0
    clock: int = 0

    @property
    def timestamp(self) -> Timestamp:
        """Give the clock as BSON says it."""
        return Timestamp(self.clock >> 32, self.clock & 0xFFFFFFFF)

    def document(self) -> Document:
        """Say it as `{ts, t}`."""
        return {"ts": self.timestamp, "t": bson.Int64(self.term)}

    @classmethod
    def of(cls, entry: Document) -> "OpTime":
        """Read it from a document with `ts` and `t`."""
        return cls(int(entry["t"]), clock_of(entry["ts"]))


def clock_of(timestamp: Timestamp) -> int:
    """Give a timestamp as one number that sorts as it does."""
    return int(timestamp.time) << 32 | int(timestamp.inc)


class Journal:
    """An append-only file with the position of every entry by time."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._clocks = array("Q")
        self._terms = array("Q")
        self._offsets = array("Q")
        self._size = 0

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._clocks)

    @property
    def last(self) -> OpTime:
        """Give the time of the last entry."""
        return self.time_at(len(self) - 1) if self._clocks else OpTime()

    def time_at(self, position: int) -> OpTime:
        """Give the time of the entry at a position."""
        return OpTime(self._terms[position], self._clocks[position])

    def recover(self) -> Iterator[Document]:
        """Yield what is on disk, and cut off an entry that a kill left half written."""
        size = os.fstat(self._file).st_size
        with os.fdopen(os.dup(self._file), "rb") as source:
            source.seek(0)
            while raw := _read_whole(source.read(_PREFIX_BYTES), source, size - self._size):
                entry = bson.decode(raw, codec_options=CODEC)
                self._note(OpTime.of(entry), len(raw))
                yield entry
        os.ftruncate(self._file, self._size)

    def append(self, entries: Sequence[tuple[OpTime, bytes]]) -> None:
        """Write entries, encoded already, in one go."""
        _write_all(self._file, b"".join(raw for _, raw in entries), self._size)
        for time, raw in entries:
            self._note(time, len(raw))

    def flush(self) -> None:
        """Wait until everything is on the disk."""
        os.fsync(self._file)

    def position_after(self, time: OpTime) -> int | None:
        """Find where the entries after a time start; None if that time is not in here."""
        if time.clock == 0:
            return 0
        position = bisect_left(self._clocks, time.clock)
        if position == len(self) or self.time_at(position) != time:
            return None
        return position + 1

    def read(self, start: int, stop: int) -> bytes:
        """Read the entries from one position up to another as they are on disk."""
        begin = self._offset(start)
        return os.pread(self._file, self._offset(stop) - begin, begin)

    def stop_within(self, start: int, count: int, size: int) -> int:
        """Find how far a read may go: so many entries or bytes, but at least one entry."""
        stop = min(start + count, len(self))
        limit = bisect_left(self._offsets, self._offset(start) + size, start, stop)
        return min(max(limit, start + 1), stop)

    def cut(self, position: int) -> bytes:
        """Forget the entries from a position on, and give them back."""
        removed = self.read(position, len(self))
        self._size = self._offset(position)
        os.ftruncate(self._file, self._size)
        for column in (self._clocks, self._terms, self._offsets):
            del column[position:]
        return removed

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Document]:
        """Yield entries from one position up to another."""
        end = len(self) if stop is None else stop
        for first in range(start, end, 1000):
            chunk = self.read(first, min(first + 1000, end))
            yield from bson.decode_all(chunk, codec_options=CODEC)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _offset(self, position: int) -> int:
        return self._offsets[position] if position < len(self) else self._size

    def _note(self, time: OpTime, size: int) -> None:
        self._clocks.append(time.clock)
        self._terms.append(time.term)
        self._offsets.append(self._size)
        self._size += size


def _read_whole(prefix: bytes, source: BinaryIO, left: int) -> bytes | None:
    size = int.from_bytes(prefix, "little")
    if len(prefix) < _PREFIX_BYTES or not _LEAST_BYTES <= size <= left:
        return None
    return prefix + source.read(size - _PREFIX_BYTES)


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written
