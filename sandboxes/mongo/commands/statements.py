"""One statement of a write command: insert this, update those, delete these."""

from collections.abc import Callable
from dataclasses import dataclass

from bson import ObjectId, Regex

from mongo.call import Call
from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.storage.history import Batch
from mongo.storage.retries import RetryKey
from mongo.storage.select import selection
from mongo.updates.change import Change, differs


@dataclass(frozen=True, slots=True)
class Writer:
    """Executes the statements of one command, each at most once."""

    call: Call
    batch: Batch
    key: RetryKey | None

    def once(self, index: int, run: Callable[[int], Document]) -> Document:
        """Run a statement, or give the answer it got when it ran before."""
        known = self.call.node.history.retries.result(self.key, index)
        if known is not None:
            found: Document = known
            return found
        return run(index)

    def insert(self, document: Document, index: int) -> Document:
        """Insert one document."""
        document = with_id(document)
        self._check(document, is_new=True)
        self._add("i", document, index, {"n": 1})
        return {"n": 1}

    def delete(self, statement: Document, index: int) -> Document:
        """Delete what a filter applies to: one document, or all."""
        variables = self.call.variables
        chosen = selection(self.call.collection, statement["q"], statement, variables)
        found = chosen.documents(int(statement.get("limit", 0)))
        for document in found:
            self._add("d", {"_id": document["_id"]}, index, {"n": len(found)})
        return {"n": len(found)}

    def update(self, statement: Document, index: int) -> Document:
        """Update what a filter applies to, or insert if that is wanted."""
        is_multi = bool(statement.get("multi"))
        change = change_of(statement, self.call.variables)
        if is_multi and change.is_replacement:
            raise CommandError(9, "multi update is not supported for replacement-style update")
        chosen = selection(self.call.collection, statement["q"], statement, change.variables)
        found = chosen.documents(0 if is_multi else 1)
        if not found and statement.get("upsert"):
            document = upserted(change)
            result: Document = {"n": 1, "nModified": 0, "upserted": document["_id"]}
            self.insert_upserted(document, index, result)
            return result
        changed = [new for old in found if differs(new := change.apply(old), old)]
        result = {"n": len(found), "nModified": len(changed)}
        for document in changed:
            self.replace(document, index, result)
        return result

    def replace(self, document: Document, index: int, result: Document) -> None:
        """Store a changed document."""
        self._check(document, is_new=False)
        self._add("u", document, index, result)

    def remove(self, document: Document, index: int, result: Document) -> None:
        """Delete a document that was found."""
        self._add("d", {"_id": document["_id"]}, index, result)

    def insert_upserted(self, document: Document, index: int, result: Document) -> None:
        """Insert the document that an upsert made."""
        self._check(document, is_new=True)
        self._add("i", document, index, result)

    def _check(self, document: Document, *, is_new: bool) -> None:
        collection = self.call.collection
        if collection is not None:
            collection.check(document, is_new=is_new)

    def _add(self, kind: str, document: Document, index: int, result: Document) -> None:
        marks = self.key.mark(index, result) if self.key else None
        self.batch.add({"op": kind, "ns": self.call.namespace, "o": document}, marks)


def with_id(document: Document) -> Document:
    """Put the `_id` in front, and make one where there is none."""
    identity = document["_id"] if "_id" in document else ObjectId()
    _check_id(identity)
    return {"_id": identity} | document


def _check_id(identity: Value) -> None:
    if isinstance(identity, list | Regex):
        kind = "array" if isinstance(identity, list) else "regex"
        raise CommandError(53, f"The '_id' value cannot be of type {kind}")
    if isinstance(identity, dict):
        for name in identity:
            if name.startswith("$"):
                raise CommandError(
                    52,
                    f"_id fields may not contain '$'-prefixed fields: {name} is not valid "
                    "for storage.",
                )


def change_of(statement: Document, variables: Document) -> Change:
    """Read an update statement."""
    return Change(
        statement["q"],
        statement["u"],
        statement.get("arrayFilters") or [],
        variables | (statement.get("c") or {}),
    )


def upserted(change: Change) -> Document:
    """Make the document that an upsert inserts."""
    return with_id(change.apply(change.seed(), is_insert=True))
