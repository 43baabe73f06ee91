"""What was answered to a retryable write, so that a retry gets the same answer."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from bson import Binary

from mongo.document import Document, Value
from mongo.errors import CommandError

_MOST_SESSIONS: Final = 10_000


@dataclass(slots=True)
class _Record:
    number: int
    results: dict[int, Document] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetryKey:
    """The session, the number of the write in it, and the first statement's number."""

    session: bytes
    number: int
    first: int = 0

    @classmethod
    def of(cls, body: Document) -> "RetryKey | None":
        """Read it from a command that has one."""
        if "txnNumber" not in body or "lsid" not in body:
            return None
        return cls(bytes(body["lsid"]["id"]), int(body["txnNumber"]), int(body.get("stmtId", 0)))

    def mark(self, statement: int, result: Document) -> Document:
        """Say it as the fields that an entry of the journal carries."""
        marks: Document = {
            "lsid": Binary(self.session, 4),
            "txn": self.number,
            "stmt": self.first + statement,
            "res": result,
        }
        return marks


class Retries:
    """The last retryable write of every session."""

    def __init__(self) -> None:
        self._records: OrderedDict[bytes, _Record] = OrderedDict()

    def note(self, entry: Document) -> None:
        """Remember the result that an entry carries."""
        if "txn" not in entry:
            return
        session = bytes(entry["lsid"])
        record = self._records.get(session)
        if record is None or record.number < entry["txn"]:
            record = self._records[session] = _Record(entry["txn"])
        if record.number == entry["txn"]:
            record.results[entry["stmt"]] = entry["res"]
        self._records.move_to_end(session)
        while len(self._records) > _MOST_SESSIONS:
            self._records.popitem(last=False)

    def refuse_old(self, key: RetryKey) -> None:
        """Refuse a write that a later one of its session has overtaken."""
        record = self._records.get(key.session)
        if record is not None and record.number > key.number:
            raise CommandError(
                225,
                f"Retryable write with txnNumber {key.number} is prohibited on session because "
                f"a newer retryable write with txnNumber {record.number} has already started",
            )

    def result(self, key: RetryKey | None, statement: int) -> Value:
        """Give what the statement answered before, or None if it was not executed."""
        record = self._records.get(key.session) if key else None
        if key is None or record is None or record.number != key.number:
            return None
        return record.results.get(key.first + statement)

    def forget(self, session: bytes) -> None:
        """Drop what is known of an ended session."""
        self._records.pop(session, None)
