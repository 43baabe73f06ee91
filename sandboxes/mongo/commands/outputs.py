"""`$out` and `$merge`: a pipeline's result written to a collection."""

from typing import Final

from mongo.call import Call
from mongo.commands.statements import with_id
from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.paths import MISSING, plain_value
from mongo.query.variables import bind
from mongo.storage.collection import Collection
from mongo.storage.history import Batch
from mongo.storage.select import selection
from mongo.updates.change import Change, differs

_DEFAULT_MATCHED: Final = "merge"
_DEFAULT_NOT_MATCHED: Final = "insert"


def _target(call: Call, into: Value) -> tuple[str, str]:
    if isinstance(into, str):
        return call.database, into
    return str(into.get("db", call.database)), str(into["coll"])


def write_out(call: Call, options: Value, documents: list[Document]) -> None:
    """Replace a collection by the result; its indexes stay."""
    database, name = _target(call, options)
    namespace = f"{database}.{name}"
    old = call.node.history.store.find(namespace)
    indexes = [index.spec for index in old.indexes.values()] if old else []
    with call.node.history.batch(call.term) as batch:
        command = f"{database}.$cmd"
        batch.add({"op": "c", "ns": command, "o": {"drop": name}})
        batch.add({"op": "c", "ns": command, "o": {"create": name}})
        if indexes:
            batch.add({"op": "c", "ns": command, "o": {"createIndexes": name, "indexes": indexes}})
        for document in documents:
            _store(call, batch, namespace, with_id(document), is_new=True)


def write_merge(call: Call, options: Value, documents: list[Document]) -> None:
    """Merge the result into a collection, document by document."""
    options = {"into": options} if isinstance(options, str) else options
    namespace = ".".join(_target(call, options["into"]))
    fields = options.get("on", "_id")
    with call.node.history.batch(call.term) as batch:
        for document in documents:
            merge = _Merge(call, batch, namespace, options)
            merge.take(document, [fields] if isinstance(fields, str) else fields)


class _Merge:
    """How one document of the result meets the collection."""

    def __init__(self, call: Call, batch: Batch, namespace: str, options: Document) -> None:
        self.call = call
        self.batch = batch
        self.namespace = namespace
        self.options = options

    def take(self, document: Document, fields: list[str]) -> None:
        """Merge, insert or drop one document."""
        document = document if "_id" not in fields else with_id(document)
        query = {path: plain_value(document, path) for path in fields}
        if MISSING in query.values():
            raise CommandError(51132, "$merge write error: 'on' field cannot be missing")
        found = selection(self.collection, query, {}).documents(1)
        if found:
            self._matched(found[0], document)
        else:
            self._not_matched(document)

    @property
    def collection(self) -> Collection | None:
        """Find the target, which the first insert makes."""
        return self.call.node.history.store.find(self.namespace)

    def _matched(self, old: Document, document: Document) -> None:
        action = self.options.get("whenMatched", _DEFAULT_MATCHED)
        if action == "fail":
            raise CommandError(11000, "$merge with whenMatched: fail found an existing document")
        if action == "keepExisting":
            return
        changed = self._changed(old, document, action)
        if differs(changed, old):
            _store(self.call, self.batch, self.namespace, changed, is_new=False)

    def _changed(self, old: Document, document: Document, action: Value) -> Document:
        if isinstance(action, list):
            variables = {"new": document} | self.options.get("let", {})
            return Change({}, bind(action, variables)).apply(old)
        if action == "replace":
            return {"_id": old["_id"]} | document
        return old | document

    def _not_matched(self, document: Document) -> None:
        action = self.options.get("whenNotMatched", _DEFAULT_NOT_MATCHED)
        if action == "fail":
            raise CommandError(13113, "$merge could not find a matching document")
        if action == "insert":
            _store(self.call, self.batch, self.namespace, with_id(document), is_new=True)


def _store(call: Call, batch: Batch, namespace: str, document: Document, *, is_new: bool) -> None:
    collection = call.node.history.store.find(namespace)
    if collection is not None:
        collection.check(document, is_new=is_new)
    batch.add({"op": "i" if is_new else "u", "ns": namespace, "o": document})
