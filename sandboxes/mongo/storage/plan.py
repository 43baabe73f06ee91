"""How a filter is answered: straight from `_id`, from an index, or by looking at everything."""

from collections.abc import Mapping
from dataclasses import dataclass

import bson

from mongo.document import Document, Value
from mongo.query.order import Key, key_of
from mongo.storage.collection import ID_INDEX, Collection
from mongo.storage.indexes import Index


@dataclass(frozen=True, slots=True)
class Plan:
    """The documents that a filter has to be tried on, and how they were found."""

    candidates: list[Document]
    index: Document | None = None
    is_exact: bool = False

    def explain(self, query: Mapping[str, Value]) -> Document:
        """Say it as the `winningPlan` of an explanation."""
        if self.index is None:
            return {"stage": "COLLSCAN", "filter": query, "direction": "forward"}
        scan = {
            "stage": "IXSCAN",
            "keyPattern": self.index["key"],
            "indexName": self.index["name"],
            "isUnique": bool(self.index.get("unique")) or self.index["name"] == "_id_",
            "direction": "forward",
        }
        return {"stage": "FETCH", "inputStage": scan}


def plan(collection: Collection | None, query: Mapping[str, Value], *, folds: bool = False) -> Plan:
    """Choose the way that looks at the fewest documents."""
    if collection is None:
        return Plan([])
    if folds or not query:
        return Plan(list(collection.documents.values()))
    wanted = _wanted_keys(query, "_id")
    if wanted is not None:
        is_exact = len(query) == 1 and "_id" in query and not isinstance(query["_id"], dict)
        return Plan(collection.with_keys(wanted), ID_INDEX, is_exact)
    for index in collection.indexes.values():
        keys = _index_keys(index, query)
        if keys is not None:
            return Plan(collection.with_keys(keys), index.spec)
    return Plan(list(collection.documents.values()))


def _index_keys(index: Index, query: Mapping[str, Value]) -> dict[Key, None] | None:
    if not index.serves_queries:
        return None
    parts = [_wanted_keys(query, path) for path in index.pattern]
    found: dict[Key, None] = {}
    if len(parts) == 1 and parts[0] is not None:
        for key in parts[0]:
            found.update(index.entries.get((key,), {}))
        return found
    singles = [part[0] for part in parts if part is not None and len(part) == 1]
    if len(singles) != len(parts):
        return None
    found.update(index.entries.get(tuple(singles), {}))
    return found


def _wanted_keys(query: Mapping[str, Value], path: str) -> list[Key] | None:
    if path not in query:
        inner = (_wanted_keys(part, path) for part in query.get("$and", ()))
        return next((keys for keys in inner if keys is not None), None)
    condition = query[path]
    if isinstance(condition, dict) and any(name.startswith("$") for name in condition):
        return _keys_of_operators(condition)
    return [key_of(condition)] if _is_plain(condition) else None


def _keys_of_operators(condition: Document) -> list[Key] | None:
    if "$eq" in condition and _is_plain(condition["$eq"]):
        return [key_of(condition["$eq"])]
    among = condition.get("$in")
    if isinstance(among, list) and all(_is_plain(value) for value in among):
        return list(dict.fromkeys(key_of(value) for value in among))
    return None


def _is_plain(value: Value) -> bool:
    return not isinstance(value, list | bson.Regex)
