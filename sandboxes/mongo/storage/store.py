"""All databases of one process, and the one function that changes them."""

import uuid
from collections.abc import Iterator

from bson import Binary

from mongo.document import Document
from mongo.storage.collection import Collection


class Store:
    """Collections by namespace; every change comes in as an entry of the journal."""

    def __init__(self) -> None:
        self._collections: dict[str, Collection] = {}

    def find(self, namespace: str) -> Collection | None:
        """Give a collection if it is there."""
        return self._collections.get(namespace)

    def collections(self, database: str) -> list[Collection]:
        """List the collections of a database."""
        return [c for name, c in self._collections.items() if name.startswith(f"{database}.")]

    def databases(self) -> Iterator[tuple[str, list[Collection]]]:
        """List the databases with their collections."""
        names = dict.fromkeys(namespace.partition(".")[0] for namespace in self._collections)
        return ((name, self.collections(name)) for name in names)

    def apply(self, entry: Document) -> None:
        """Do what an entry says: insert, update, delete, or a command on the catalogue."""
        kind = entry["op"]
        if kind in ("i", "u"):
            self._collection(entry["ns"]).put(entry["o"])
        elif kind == "d":
            self._collection(entry["ns"]).remove(entry["o"]["_id"])
        elif kind == "c":
            self._apply_command(entry["ns"].partition(".")[0], entry["o"])

    def _collection(self, namespace: str) -> Collection:
        found = self._collections.get(namespace)
        if found is None:
            found = Collection(
                namespace, Binary.from_uuid(uuid.uuid5(uuid.NAMESPACE_DNS, namespace))
            )
            self._collections[namespace] = found
        return found

    def _apply_command(self, database: str, command: Document) -> None:
        name = next(iter(command))
        run = {
            "create": self._create,
            "drop": self._drop,
            "dropDatabase": self._drop_database,
            "createIndexes": self._create_indexes,
            "dropIndexes": self._drop_indexes,
            "renameCollection": self._rename,
        }[name]
        run(f"{database}.{command[name]}", command)

    def _create(self, namespace: str, command: Document) -> None:
        self._collection(namespace).options = command.get("options", {})

    def _drop(self, namespace: str, _command: Document) -> None:
        self._collections.pop(namespace, None)

    def _drop_database(self, namespace: str, _command: Document) -> None:
        for collection in self.collections(namespace.partition(".")[0]):
            del self._collections[collection.namespace]

    def _create_indexes(self, namespace: str, command: Document) -> None:
        collection = self._collection(namespace)
        for spec in command["indexes"]:
            collection.indexes[spec["name"]] = collection.build_index(spec)

    def _drop_indexes(self, namespace: str, command: Document) -> None:
        for index in command["names"]:
            self._collection(namespace).indexes.pop(index, None)

    def _rename(self, _namespace: str, command: Document) -> None:
        collection = self._collections.pop(command["renameCollection"])
        collection.namespace = command["to"]
        self._collections[command["to"]] = collection
