"""One update statement: what a document becomes, and what an upsert starts from."""

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import bson

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.paths import set_plain
from mongo.query.stages import Scene, run_pipeline
from mongo.query.variables import Variables, bind
from mongo.updates.operators import ONLY_WHERE_PRESENT, OPERATORS, set_value
from mongo.updates.places import place_for_reading, place_for_writing
from mongo.updates.positional import Positions, array_filters_by_name

_PIPELINE_STAGES = frozenset(
    {"$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith"}
)


class _NoOtherCollections:
    """An update pipeline sees its own document only."""

    def documents(self, collection: str) -> list[Document]:
        """Refuse: the stages allowed in an update never ask."""
        raise CommandError(2, f"an update cannot read the collection {collection}")


@dataclass(frozen=True)
class Change:
    """What an update statement says to do with a document that it matched."""

    query: Mapping[str, Value]
    update: Document | list[Document]
    array_filters: list[Document] = field(default_factory=list)
    variables: Variables = field(default_factory=dict)

    @property
    def is_replacement(self) -> bool:
        """Tell a whole new document from operators and pipelines."""
        return isinstance(self.update, dict) and not any(
            name.startswith("$") for name in list(self.update)[:1]
        )

    def apply(self, document: Document, *, is_insert: bool = False) -> Document:
        """Make the changed document; the `_id` cannot change."""
        changed = self._applied(document, is_insert=is_insert)
        if "_id" in document and _differs(changed.get("_id"), document["_id"]):
            raise CommandError(
                66,
                "Performing an update on the path '_id' would modify the immutable field '_id'",
            )
        return changed

    def _applied(self, document: Document, *, is_insert: bool) -> Document:
        if isinstance(self.update, list):
            return self._through_pipeline(document, self.update)
        if self.is_replacement:
            identity = {"_id": document["_id"]} if "_id" in document else {}
            return identity | self.update
        return self._with_operators(document, self.update, is_insert=is_insert)

    def _through_pipeline(self, document: Document, pipeline: list[Document]) -> Document:
        for stage in pipeline:
            if not set(stage) <= _PIPELINE_STAGES:
                raise CommandError(72, f"{next(iter(stage))} is not allowed in an update pipeline")
        bound = bind(pipeline, self.variables)
        [changed] = run_pipeline([document], bound, Scene(_NoOtherCollections()))
        return {"_id": document["_id"]} | changed if "_id" in document else changed

    def _with_operators(self, document: Document, update: Document, *, is_insert: bool) -> Document:
        changed = copy.deepcopy(document)
        paths = [path for fields in update.values() if isinstance(fields, dict) for path in fields]
        _refuse_conflicts(paths)
        positions = Positions(self.query, array_filters_by_name(self.array_filters, paths))
        for name, fields in update.items():
            if name == "$setOnInsert" and not is_insert:
                continue
            _refuse_unknown(name, fields)
            for path, value in fields.items():
                _apply_operator(changed, name, path, value, positions)
        return changed

    def seed(self) -> Document:
        """Make the document that an upsert starts from: the equalities of the filter."""
        found: Document = {}
        for path, value in _equalities(self.query):
            if not self.is_replacement or path == "_id":
                set_plain(found, path, copy.deepcopy(value))
        if self.is_replacement and isinstance(self.update, dict) and "_id" not in found:
            found |= {name: value for name, value in self.update.items() if name == "_id"}
        return {"_id": found["_id"]} | found if "_id" in found else found


def differs(left: Document, right: Document) -> bool:
    """Tell whether two documents differ in any byte that would be stored."""
    return bson.encode(left) != bson.encode(right)


def _differs(left: Value, right: Value) -> bool:
    return bson.encode({"": left}) != bson.encode({"": right})


def _apply_operator(
    document: Document, name: str, path: str, value: Value, positions: Positions
) -> None:
    if name == "$rename":
        _rename(document, path, value)
        return
    for plain in positions.expand(document, path):
        if name in ONLY_WHERE_PRESENT:
            place = place_for_reading(document, plain)
        else:
            place = place_for_writing(document, plain)
        if place is not None:
            OPERATORS[name](place, value)


def _rename(document: Document, path: str, new_path: Value) -> None:
    if not isinstance(new_path, str):
        raise CommandError(2, f"The 'to' field for $rename must be a string: {path}")
    place = place_for_reading(document, path)
    if place is None:
        return
    value = place.get()
    place.remove()
    set_value(place_for_writing(document, new_path), value)


def _refuse_unknown(name: str, fields: Value) -> None:
    if name not in OPERATORS and name != "$rename":
        raise CommandError(
            9,
            f"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style "
            "update specified as an array",
        )
    if not isinstance(fields, dict):
        raise CommandError(9, f"Modifiers operate on fields but we found another type for {name}")


def _refuse_conflicts(paths: list[str]) -> None:
    ordered = sorted(paths, key=lambda path: path.split("."))
    for before, after in itertools.pairwise(ordered):
        if after == before or after.startswith(f"{before}."):
            raise CommandError(
                40, f"Updating the path '{after}' would create a conflict at '{before}'"
            )


def _equalities(query: Mapping[str, Value]) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for name, condition in query.items():
        if name == "$and":
            found += [pair for part in condition for pair in _equalities(part)]
        elif name.startswith("$"):
            continue
        elif not isinstance(condition, dict) or not any(k.startswith("$") for k in condition):
            if not isinstance(condition, bson.Regex):
                found.append((name, condition))
        elif "$eq" in condition:
            found.append((name, condition["$eq"]))
        elif len(condition.get("$in", ())) == 1:
            found.append((name, condition["$in"][0]))
    return found
