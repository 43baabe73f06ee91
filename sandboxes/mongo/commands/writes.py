"""Commands that write documents: insert, update, delete."""

from collections.abc import Callable
from functools import partial
from typing import Final

from mongo.call import Call, Command, write
from mongo.commands.statements import Writer
from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.engine import BAD_QUERY, bad_query

Statement = Callable[[Writer, Document, int], Document]


def _run(call: Call, statements: list[Document], statement: Statement) -> Document:
    if not statements:
        raise CommandError(9, "Write batch sizes must be between 1 and 100000. Got 0 operations.")
    results: dict[int, Document] = {}
    errors: list[Document] = []
    is_ordered = call.body.get("ordered", True)
    with call.node.history.batch(call.term) as batch:
        writer = Writer(call, batch, call.retry_key)
        for index, item in enumerate(statements):
            try:
                results[index] = writer.once(index, partial(statement, writer, item))
            except (CommandError, *BAD_QUERY) as error:
                errors.append(bad_query(error).write_error(index))
                if is_ordered:
                    break
    return _summed(results, errors)


def _summed(results: dict[int, Document], errors: list[Document]) -> Document:
    reply: Document = {"n": sum(result["n"] for result in results.values())}
    if any("nModified" in result for result in results.values()):
        reply["nModified"] = sum(result["nModified"] for result in results.values())
    upserted = [
        {"index": index, "_id": result["upserted"]}
        for index, result in results.items()
        if "upserted" in result
    ]
    if upserted:
        reply["upserted"] = upserted
    if errors:
        reply["writeErrors"] = errors
    return reply | {"ok": 1.0}


def _insert(call: Call) -> Document:
    documents: Value = call.body["documents"]
    call.node.counters["insert"] += len(documents)
    return _run(call, documents, Writer.insert)


def _update(call: Call) -> Document:
    statements: Value = call.body["updates"]
    call.node.counters["update"] += len(statements)
    return {"nModified": 0} | _run(call, statements, Writer.update)


def _delete(call: Call) -> Document:
    statements: Value = call.body["deletes"]
    call.node.counters["delete"] += len(statements)
    return _run(call, statements, Writer.delete)


COMMANDS: Final[dict[str, Command]] = {
    "insert": write(_insert, counter=""),
    "update": write(_update, counter=""),
    "delete": write(_delete, counter=""),
}
