"""Commands on indexes."""

from typing import Final

from mongo.call import Call, Command, read, write
from mongo.commands.catalogue import change
from mongo.cursors import Cursor
from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.projection import projector
from mongo.storage.collection import Collection
from mongo.storage.indexes import index_name

_KNOWN_KINDS: Final = (1, -1, "hashed")


def _create_indexes(call: Call) -> Document:
    specs = [_checked(spec) for spec in call.body["indexes"]]
    collection = call.collection
    before = len(collection.index_specs()) if collection else 1
    new = [spec for spec in specs if not _is_there(collection, spec)]
    for spec in new:
        if collection is not None:
            collection.build_index(spec)
    if new or collection is None:
        change(call, {"createIndexes": call.argument, "indexes": new})
    reply: Document = {"numIndexesBefore": before, "numIndexesAfter": before + len(new)}
    if not new:
        reply["note"] = "all indexes already exist"
    return reply | {"createdCollectionAutomatically": collection is None, "ok": 1.0}


def _checked(spec: Document) -> Document:
    pattern = spec.get("key")
    if not isinstance(pattern, dict) or not pattern:
        raise CommandError(67, "Index keys cannot be empty.")
    for path, kind in pattern.items():
        if kind not in _KNOWN_KINDS and not isinstance(kind, int | float):
            raise CommandError(67, f"the stand-in has no '{kind}' indexes (field {path})")
    for option in ("expireAfterSeconds", "collation"):
        if option in spec:
            raise CommandError(238, f"indexes with {option} are not part of this stand-in")
    return {"v": 2, "key": pattern, "name": index_name(pattern)} | spec


def _is_there(collection: Collection | None, spec: Document) -> bool:
    if spec["key"] == {"_id": 1}:
        return True
    for known in collection.index_specs() if collection else ():
        same_name, same_key = known["name"] == spec["name"], known["key"] == spec["key"]
        if same_name and same_key and bool(known.get("unique")) == bool(spec.get("unique")):
            return True
        if same_name or (same_key and list(known["key"]) == list(spec["key"])):
            raise CommandError(
                86 if same_name else 85,
                f"Index with name {known['name']} already exists with a different definition",
            )
    return False


def _list_indexes(call: Call) -> Document:
    collection = call.collection
    if collection is None:
        raise CommandError(26, f"ns does not exist: {call.namespace}")
    cursor = Cursor(call.namespace, collection.index_specs(), projector(None))
    return call.node.cursors.start(cursor, (call.body.get("cursor") or {}).get("batchSize"))


def _drop_indexes(call: Call) -> Document:
    collection = call.collection
    if collection is None:
        raise CommandError(26, f"ns not found {call.namespace}")
    before = len(collection.index_specs())
    names = _names(collection, call.body["index"])
    change(call, {"dropIndexes": call.argument, "names": names})
    return {"nIndexesWas": before, "ok": 1.0}


def _names(collection: Collection, wanted: Value) -> list[str]:
    if wanted == "*":
        return list(collection.indexes)
    if isinstance(wanted, list):
        return [name for part in wanted for name in _names(collection, part)]
    if wanted in ("_id_", {"_id": 1}):
        raise CommandError(72, "cannot drop _id index")
    for index in collection.indexes.values():
        if wanted in (index.name, index.pattern):
            return [index.name]
    raise CommandError(27, f"index not found with name [{wanted}]")


COMMANDS: Final[dict[str, Command]] = {
    "createIndexes": write(_create_indexes),
    "dropIndexes": write(_drop_indexes),
    "deleteIndexes": write(_drop_indexes),
    "listIndexes": read(_list_indexes),
}
