"""Indexes: from a key to the documents that carry it, without looking at the others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from mongo.document import Document, Value
from mongo.query.engine import matcher
from mongo.query.order import Key, key_of
from mongo.query.paths import MISSING, plain_value, values_at

IndexKey = tuple[Key, ...]


@dataclass(slots=True)
class Index:
    """One index of a collection."""

    spec: Document
    entries: dict[IndexKey, dict[Key, None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Give the name the index was created under."""
        return str(self.spec["name"])

    @property
    def pattern(self) -> Document:
        """Give the fields and their directions."""
        fields: Document = self.spec["key"]
        return fields

    @property
    def is_unique(self) -> bool:
        """Tell whether two documents may share a key."""
        return bool(self.spec.get("unique"))

    @property
    def serves_queries(self) -> bool:
        """Tell whether every document is in it."""
        return not (self.spec.get("sparse") or "partialFilterExpression" in self.spec)

    def add(self, identity: Key, document: Document) -> None:
        """Enter a document."""
        for key in self.keys(document):
            self.entries.setdefault(key, {})[identity] = None

    def remove(self, identity: Key, document: Document) -> None:
        """Take a document out."""
        for key in self.keys(document):
            found = self.entries.get(key, {})
            found.pop(identity, None)
            if not found:
                self.entries.pop(key, None)

    def conflict(self, identity: Key, document: Document) -> bool:
        """Tell whether another document has a key that must be unique."""
        if not self.is_unique:
            return False
        return any(set(self.entries.get(key, ())) - {identity} for key in self.keys(document))

    def keys(self, document: Document) -> Iterable[IndexKey]:
        """List the keys of a document: several where a field holds an array."""
        if not self._covers(document):
            return ()
        if len(self.pattern) == 1:
            [path] = self.pattern
            return {(key,) for key in _keys_at(document, path)}
        return set(product(*(list(_keys_at(document, path)) for path in self.pattern)))

    def _covers(self, document: Document) -> bool:
        partial = self.spec.get("partialFilterExpression")
        if partial is not None and not matcher(partial)(document):
            return False
        if not self.spec.get("sparse"):
            return True
        return any(value is not MISSING for p in self.pattern for value in values_at(document, p))

    def shown_key(self, document: Document) -> Document:
        """Say a document's key as a duplicate key error shows it."""
        shown = {path: plain_value(document, path) for path in self.pattern}
        return {path: None if value is MISSING else value for path, value in shown.items()}


def _keys_at(document: Document, path: str) -> Iterator[Key]:
    is_empty = True
    for value in values_at(document, path):
        is_empty = False
        yield key_of(value)
    if is_empty:
        yield key_of(None)


def index_name(pattern: Mapping[str, Value]) -> str:
    """Make the name that drivers give an index without one."""
    return "_".join(f"{path}_{direction}" for path, direction in pattern.items())
