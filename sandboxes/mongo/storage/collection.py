"""One collection: documents by `_id`, and the indexes over them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bson import Binary

from mongo.document import Document, Value
from mongo.errors import CommandError, DuplicateKeyError
from mongo.query.order import Key, key_of
from mongo.storage.indexes import Index

ID_INDEX: Final[Document] = {"v": 2, "key": {"_id": 1}, "name": "_id_"}


@dataclass(slots=True)
class Collection:
    """Documents in the order they came in. A stored document is never changed in place."""

    namespace: str
    uuid: Binary
    options: Document = field(default_factory=dict)
    documents: dict[Key, Document] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)

    def get(self, identity: Value) -> Document | None:
        """Find a document by its `_id`, without a search."""
        return self.documents.get(key_of(identity))

    def check(self, document: Document, *, is_new: bool) -> None:
        """Refuse a document whose `_id` or unique key another one has."""
        identity = key_of(document["_id"])
        if is_new and identity in self.documents:
            raise DuplicateKeyError(self.namespace, "_id_", {"_id": 1}, {"_id": document["_id"]})
        for index in self.indexes.values():
            if index.conflict(identity, document):
                raise DuplicateKeyError(
                    self.namespace, index.name, index.pattern, index.shown_key(document)
                )

    def put(self, document: Document) -> None:
        """Store a document, in the place of the one with the same `_id`."""
        identity = key_of(document["_id"])
        if self.indexes:
            before = self.documents.get(identity)
            for index in self.indexes.values():
                if before is not None:
                    index.remove(identity, before)
                index.add(identity, document)
        self.documents[identity] = document

    def remove(self, identity: Value) -> None:
        """Forget a document."""
        key = key_of(identity)
        document = self.documents.pop(key, None)
        if document is not None:
            for index in self.indexes.values():
                index.remove(key, document)

    def build_index(self, spec: Document) -> Index:
        """Make an index over what is stored, without entering it in the list."""
        index = Index(spec)
        for identity, document in self.documents.items():
            if index.conflict(identity, document):
                raise DuplicateKeyError(
                    self.namespace, index.name, index.pattern, index.shown_key(document)
                )
            index.add(identity, document)
        return index

    def index_specs(self) -> list[Document]:
        """List the indexes as `listIndexes` shows them."""
        return [ID_INDEX, *(index.spec for index in self.indexes.values())]

    def check_hint(self, hint: Value) -> None:
        """Refuse a hint to an index that is not there."""
        known = self.index_specs()
        is_known = hint in ({"$natural": 1}, {"$natural": -1})
        if not is_known and not any(hint in (spec["name"], spec["key"]) for spec in known):
            raise CommandError(
                2,
                "error processing query: planner returned error :: caused by :: "
                "hint provided does not correspond to an existing index",
            )

    def with_keys(self, keys: Iterable[Key]) -> list[Document]:
        """List the documents with these `_id` keys that are there."""
        found = (self.documents.get(key) for key in keys)
        return [document for document in found if document is not None]
