"""Plays a case of the drivers' CRUD tables against a server, through pymongo."""

from collections.abc import Callable
from typing import Any

from bson import json_util
from pymongo import (
    DeleteMany,
    DeleteOne,
    InsertOne,
    MongoClient,
    ReplaceOne,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
)
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError

Case = dict[str, Any]
_RENAMED = {
    "arrayFilters": "array_filters",
    "batchSize": "batch_size",
    "bypassDocumentValidation": "bypass_document_validation",
    "returnDocument": "return_document",
    "fieldName": "key",
}
_WRITES: dict[str, Callable[..., Any]] = {
    "insertOne": InsertOne,
    "updateOne": UpdateOne,
    "updateMany": UpdateMany,
    "replaceOne": ReplaceOne,
    "deleteOne": DeleteOne,
    "deleteMany": DeleteMany,
}


class Mismatch(Exception):
    """The server did something else than the table says."""


def play(client: "MongoClient[Any]", case: Case) -> None:
    """Play one case; a Mismatch says what went otherwise."""
    case = json_util.loads(json_util.dumps(case))
    for data in case["initialData"]:
        collection = client[data["databaseName"]][data["collectionName"]]
        collection.drop()
        if data["documents"]:
            collection.insert_many(data["documents"])
        else:
            client[data["databaseName"]].create_collection(data["collectionName"])
    first = next(iter(case["initialData"]), {"databaseName": "none", "collectionName": "none"})
    for operation in case["operations"]:
        _operate(client[first["databaseName"]][first["collectionName"]], operation)
    for data in case["outcome"] or []:
        found = list(client[data["databaseName"]][data["collectionName"]].find().sort("_id"))
        if found != data["documents"] or [*map(list, found)] != [*map(list, data["documents"])]:
            raise Mismatch(f"the collection holds {found}, not {data['documents']}")


def _operate(collection: "Collection[Any]", operation: Case) -> None:
    wanted = operation.get("expectError")
    try:
        result = _run(collection, operation["name"], dict(operation.get("arguments", {})))
    except (PyMongoError, ValueError, TypeError) as error:
        _refused(error, wanted)
        return
    if wanted is not None:
        raise Mismatch("expected an error")
    if "expectResult" in operation:
        _compare(operation["expectResult"], result)


def _refused(error: Exception, wanted: Case | None) -> None:
    if wanted is None:
        raise Mismatch(f"{type(error).__name__}: {error}") from error
    if "expectResult" in wanted and isinstance(error, BulkWriteError):
        _compare(wanted["expectResult"], _bulk_counts(error.details))


def _run(collection: "Collection[Any]", name: str, arguments: Case) -> Any:
    if name == "bulkWrite":
        arguments["requests"] = [_write(request) for request in arguments["requests"]]
    if "returnDocument" in arguments:
        arguments["returnDocument"] = getattr(ReturnDocument, arguments["returnDocument"].upper())
    if "sort" in arguments:
        arguments["sort"] = list(arguments["sort"].items())
    if name == "count":
        return _count(collection, arguments)
    arguments = {_RENAMED.get(key, key): value for key, value in arguments.items()}
    return _shown(name, _call(collection, name, arguments))


def _call(collection: "Collection[Any]", name: str, arguments: Case) -> Any:
    if name == "aggregate":
        arguments["batchSize"] = arguments.pop("batch_size", None)
        return list(collection.aggregate(**{k: v for k, v in arguments.items() if v is not None}))
    if name == "find":
        allow = arguments.pop("allowDiskUse", None)
        return list(collection.find(**arguments, allow_disk_use=allow))
    if isinstance(arguments.get("hint"), dict):
        arguments["hint"] = list(arguments["hint"].items())
    if name == "bulkWrite":
        return collection.bulk_write(**arguments)
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return getattr(collection, snake)(**arguments)


def _count(collection: "Collection[Any]", arguments: Case) -> int:
    command = {"count": collection.name, "query": arguments.pop("filter"), **arguments}
    return int(collection.database.command(command)["n"])


def _write(request: Case) -> Any:
    [(name, arguments)] = request.items()
    arguments = {_RENAMED.get(key, key): value for key, value in arguments.items()}
    if isinstance(arguments.get("hint"), dict):
        arguments["hint"] = list(arguments["hint"].items())
    return _WRITES[name](**arguments)


def _shown(name: str, result: Any) -> Any:
    if name in ("insertOne", "insertMany"):
        ids = getattr(result, "inserted_ids", None)
        if ids is None:
            return {"insertedId": result.inserted_id}
        return {"insertedIds": {str(index): value for index, value in enumerate(ids)}}
    if name in ("deleteOne", "deleteMany"):
        return {"deletedCount": result.deleted_count}
    if name in ("updateOne", "updateMany", "replaceOne"):
        shown = {"matchedCount": result.matched_count, "modifiedCount": result.modified_count}
        shown["upsertedCount"] = int(result.upserted_id is not None)
        return shown | ({"upsertedId": result.upserted_id} if shown["upsertedCount"] else {})
    return _bulk_counts(result.bulk_api_result) if name == "bulkWrite" else result


def _bulk_counts(details: Any) -> Case:
    return {
        "deletedCount": details["nRemoved"],
        "insertedCount": details["nInserted"],
        "matchedCount": details["nMatched"],
        "modifiedCount": details["nModified"],
        "upsertedCount": details["nUpserted"],
        "upsertedIds": {str(one["index"]): one["_id"] for one in details["upserted"]},
    }


def _compare(expected: Any, found: Any) -> None:
    if not _is_as_expected(expected, found):
        raise Mismatch(f"answered {found!r}, not {expected!r}")


def _is_as_expected(expected: Any, found: Any) -> bool:
    if isinstance(expected, dict) and "$$unsetOrMatches" in expected:
        return found is None or _is_as_expected(expected["$$unsetOrMatches"], found)
    if isinstance(expected, dict) and "$$type" in expected:
        return True
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            _is_unset(value, key, found) or _is_as_expected(value, found.get(key))
            for key, value in expected.items()
        )
    if isinstance(expected, list):
        pairs = isinstance(found, list) and len(found) == len(expected)
        return pairs and all(map(_is_as_expected, expected, found))
    return bool(expected == found)


def _is_unset(value: Any, key: str, found: Case) -> bool:
    return isinstance(value, dict) and "$$unsetOrMatches" in value and key not in found
