"""Commands that read: find, count, distinct, explain."""

import asyncio
from collections.abc import Callable
from typing import Final

from mongo.call import Answer, Call, Command, read
from mongo.cursors import Cursor
from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.collation import folding
from mongo.query.order import key_of
from mongo.query.paths import MISSING, values_at
from mongo.query.projection import projector
from mongo.storage.select import Selection, selection

_NOT_HERE: Final = ("tailable", "min", "max", "returnKey")
_IN_A_THREAD_FROM: Final = 2000  # documents; a longer search would hold up the heartbeats


def search(chosen: Selection, limit: int, finish: Callable[[list[Document]], Document]) -> Answer:
    """Run a search, in a thread if it is long, and finish with what was found."""
    if chosen.effort < _IN_A_THREAD_FROM or chosen.plan.is_exact:
        return finish(chosen.documents(limit))

    async def search_aside() -> Document:
        return finish(await asyncio.to_thread(chosen.documents, limit))

    return search_aside()


def _find(call: Call) -> Answer:
    body = call.body
    for option in _NOT_HERE:
        if body.get(option):
            raise CommandError(238, f"find with {option} is not part of this stand-in")
    query, skip, limit = body.get("filter") or {}, _natural(body, "skip"), _natural(body, "limit")
    chosen = selection(call.collection, query, body, call.variables)
    project = projector(body.get("projection"), query)
    namespace = call.namespace

    def finish(found: list[Document]) -> Document:
        cursor = Cursor(namespace, found[skip:] if skip else found, project)
        is_single = bool(body.get("singleBatch")) or limit == 1
        return call.node.cursors.start(cursor, body.get("batchSize"), is_single=is_single)

    return search(chosen, skip + limit if limit else 0, finish)


def _natural(body: Document, name: str) -> int:
    value = body.get(name) or 0
    if value < 0:
        raise CommandError(51024, f"BSON field '{name}' value must be >= 0, actual value '{value}'")
    return int(value)


def _count(call: Call) -> Answer:
    body = call.body
    query, skip, limit = body.get("query") or {}, _natural(body, "skip"), abs(body.get("limit", 0))
    collection = call.collection
    if not query and collection is not None:
        return _counted(len(collection.documents), skip, limit)
    chosen = selection(collection, query, body)
    return search(chosen, 0, lambda found: _counted(len(found), skip, limit))


def _counted(count: int, skip: int, limit: int) -> Document:
    count = max(count - skip, 0)
    return {"n": min(count, limit) if limit else count, "ok": 1.0}


def _distinct(call: Call) -> Answer:
    body = call.body
    chosen = selection(call.collection, body.get("query"), body)
    fold = folding(body.get("collation")) or (lambda value: value)

    def finish(found: list[Document]) -> Document:
        values: dict[Value, Value] = {}
        for document in found:
            for value in values_at(document, body["key"]):
                if value is not MISSING:
                    values.setdefault(key_of(fold(value)), value)
        return {"values": [values[key] for key in sorted(values)], "ok": 1.0}

    return search(chosen, 0, finish)


def _explain(call: Call) -> Answer:
    inner = dict(call.argument)
    name = next(iter(inner))
    if name not in ("find", "count", "distinct", "delete", "update", "aggregate", "findAndModify"):
        raise CommandError(59, f"Explain failed due to unknown command: {name}")
    explained = Call(call.node, inner | {"$db": call.database}, call.connection)
    query, options = _explained_query(name, inner)
    chosen = selection(explained.collection, query, options)
    found = chosen.documents()
    plan = chosen.plan.explain(query)
    return {
        "explainVersion": "1",
        "queryPlanner": {
            "namespace": explained.namespace,
            "parsedQuery": query,
            "winningPlan": plan,
            "rejectedPlans": [],
        },
        "executionStats": {
            "executionSuccess": True,
            "nReturned": len(found),
            "totalKeysExamined": 0 if chosen.plan.index is None else chosen.effort,
            "totalDocsExamined": chosen.effort,
            "executionStages": plan | {"nReturned": len(found)},
        },
        "serverInfo": {"host": call.node.host, "port": call.node.port, "standIn": True},
        "ok": 1.0,
    }


def _explained_query(name: str, inner: Document) -> tuple[Document, Document]:
    if name == "aggregate":
        first = (inner.get("pipeline") or [{}])[0]
        return first.get("$match", {}), {}
    if name in ("update", "delete"):
        [statement] = inner[f"{name}s"]
        return statement["q"], {}
    return inner.get("filter") or inner.get("query") or {}, {"sort": inner.get("sort")}


COMMANDS: Final[dict[str, Command]] = {
    "find": read(_find, "query"),
    "count": read(_count),
    "distinct": read(_distinct),
    "explain": read(_explain),
}
