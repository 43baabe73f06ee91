"""`findAndModify`: change one document and show it as it was or as it is."""

from typing import Final

from mongo.call import Call, Command, write
from mongo.commands.statements import Writer, change_of, upserted
from mongo.document import Document
from mongo.errors import CommandError
from mongo.query.projection import projector
from mongo.storage.select import selection
from mongo.updates.change import differs


def _find_and_modify(call: Call) -> Document:
    body = call.body
    if bool(body.get("remove")) == ("update" in body):
        raise CommandError(9, "Either an update or remove=true must be specified")
    if body.get("remove") and body.get("new"):
        raise CommandError(9, "Cannot specify both new=true and remove=true")
    with call.node.history.batch(call.term) as batch:
        writer = Writer(call, batch, call.retry_key)
        result = writer.once(0, lambda _: _modify(writer, body))
    return result | {"ok": 1.0}


def _modify(writer: Writer, body: Document) -> Document:
    query = body.get("query") or {}
    chosen = selection(writer.call.collection, query, body, writer.call.variables)
    found = next(iter(chosen.documents(1)), None)
    if body.get("remove"):
        return _remove(writer, body, found)
    statement = {"q": query, "u": body["update"], "arrayFilters": body.get("arrayFilters")}
    change = change_of(statement, writer.call.variables)
    if found is None:
        return _upsert(writer, body, upserted(change)) if body.get("upsert") else _nothing()
    changed = change.apply(found)
    result = _result(body, changed if body.get("new") else found, n=1, updatedExisting=True)
    if differs(changed, found):
        writer.replace(changed, 0, result)
    return result


def _remove(writer: Writer, body: Document, found: Document | None) -> Document:
    result = _result(body, found, n=0 if found is None else 1)
    if found is not None:
        writer.remove(found, 0, result)
    return result


def _upsert(writer: Writer, body: Document, document: Document) -> Document:
    shown = document if body.get("new") else None
    result = _result(body, shown, n=1, updatedExisting=False, upserted=document["_id"])
    writer.insert_upserted(document, 0, result)
    return result


def _nothing() -> Document:
    return {"lastErrorObject": {"n": 0, "updatedExisting": False}, "value": None}


def _result(body: Document, shown: Document | None, **last_error: object) -> Document:
    project = projector(body.get("fields"), body.get("query") or {})
    return {"lastErrorObject": last_error, "value": None if shown is None else project(shown)}


COMMANDS: Final[dict[str, Command]] = {
    "findAndModify": write(_find_and_modify),
    "findandmodify": write(_find_and_modify),
}
