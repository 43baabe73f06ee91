"""Commands on databases and collections as wholes."""

from typing import Final

import bson

from mongo.call import Call, Command, read, write
from mongo.cursors import Cursor
from mongo.document import Document
from mongo.errors import CommandError
from mongo.query.engine import matcher
from mongo.query.projection import projector
from mongo.storage.collection import ID_INDEX, Collection

_NOT_HERE: Final = ("viewOn", "timeseries", "capped", "validator", "collation", "clusteredIndex")


def change(call: Call, command: Document) -> None:
    """Write a change of the catalogue to the journal."""
    with call.node.history.batch(call.term) as batch:
        batch.add({"op": "c", "ns": f"{call.database}.$cmd", "o": command})


def _create(call: Call) -> Document:
    if call.collection is not None:
        raise CommandError(48, f"Collection {call.namespace} already exists.")
    for option in _NOT_HERE:
        if call.body.get(option):
            raise CommandError(238, f"collections with {option} are not part of this stand-in")
    change(call, {"create": call.argument})
    return {"ok": 1.0}


def _drop(call: Call) -> Document:
    collection = call.collection
    if collection is None:
        return {"ok": 1.0}
    indexes = len(collection.index_specs())
    change(call, {"drop": call.argument})
    return {"nIndexesWas": indexes, "ns": call.namespace, "ok": 1.0}


def _drop_database(call: Call) -> Document:
    if not call.node.history.store.collections(call.database):
        return {"ok": 1.0}
    change(call, {"dropDatabase": 1})
    return {"dropped": call.database, "ok": 1.0}


def _rename(call: Call) -> Document:
    store = call.node.history.store
    source, target = call.argument, call.body["to"]
    if store.find(source) is None:
        raise CommandError(26, f"Source collection {source} does not exist")
    if store.find(target) is not None and not call.body.get("dropTarget"):
        raise CommandError(48, "target namespace exists")
    change(call, {"renameCollection": source, "to": target})
    return {"ok": 1.0}


def _list_collections(call: Call) -> Document:
    found = [
        _shown(collection) for collection in call.node.history.store.collections(call.database)
    ]
    matches = matcher(call.body.get("filter") or {})
    shown = [row for row in found if matches(row)]
    size = (call.body.get("cursor") or {}).get("batchSize")
    cursor = Cursor(f"{call.database}.$cmd.listCollections", shown, projector(None))
    return call.node.cursors.start(cursor, size)


def _shown(collection: Collection) -> Document:
    return {
        "name": collection.namespace.partition(".")[2],
        "type": "collection",
        "options": collection.options,
        "info": {"readOnly": False, "uuid": collection.uuid},
        "idIndex": ID_INDEX,
    }


def _list_databases(call: Call) -> Document:
    matches = matcher(call.body.get("filter") or {})
    rows: list[Document] = [
        {"name": name, "sizeOnDisk": bson.Int64(sum(map(size_of, parts))), "empty": False}
        for name, parts in call.node.history.store.databases()
    ]
    rows = [row for row in rows if matches(row)]
    if call.body.get("nameOnly"):
        return {"databases": [{"name": row["name"]} for row in rows], "ok": 1.0}
    total = bson.Int64(sum(row["sizeOnDisk"] for row in rows))
    return {"databases": rows, "totalSize": total, "ok": 1.0}


def size_of(collection: Collection) -> int:
    """Count the bytes of a collection's documents."""
    return sum(len(bson.encode(document)) for document in collection.documents.values())


def _collection_stats(call: Call) -> Document:
    collection = call.collection
    return {"ns": call.namespace, **statistics(collection), "ok": 1.0}


def statistics(collection: Collection | None) -> Document:
    """Count what a collection holds."""
    if collection is None:
        return {"count": 0, "size": 0, "nindexes": 0}
    size, count = size_of(collection), len(collection.documents)
    average = size // count if count else 0
    indexes = len(collection.index_specs())
    return {"count": count, "size": size, "avgObjSize": average, "nindexes": indexes}


def _database_stats(call: Call) -> Document:
    found = call.node.history.store.collections(call.database)
    return {
        "db": call.database,
        "collections": len(found),
        "objects": sum(len(collection.documents) for collection in found),
        "dataSize": float(sum(map(size_of, found))),
        "indexes": sum(len(collection.index_specs()) for collection in found),
        "ok": 1.0,
    }


COMMANDS: Final[dict[str, Command]] = {
    "collStats": read(_collection_stats),
    "create": write(_create),
    "dbStats": read(_database_stats),
    "dbstats": read(_database_stats),
    "drop": write(_drop),
    "dropDatabase": write(_drop_database),
    "listCollections": read(_list_collections),
    "listDatabases": read(_list_databases),
    "renameCollection": write(_rename),
}
