"""`aggregate`: a pipeline over a collection, and where its result goes."""

import asyncio
from dataclasses import dataclass
from typing import Final

from mongo.call import Access, Answer, Call, Command
from mongo.commands.catalogue import statistics
from mongo.commands.outputs import write_merge, write_out
from mongo.cursors import Cursor
from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.collation import folding
from mongo.query.projection import projector
from mongo.query.stages import Scene, run_pipeline
from mongo.query.variables import bind
from mongo.storage.select import selection
from mongo.storage.store import Store

_IN_A_THREAD_FROM: Final = 500  # documents
_OUTPUTS: Final = {"$merge": write_merge, "$out": write_out}
_SOURCES: Final = frozenset({"$collStats", "$documents", "$currentOp", "$listLocalSessions"})


@dataclass(frozen=True, slots=True)
class _Database:
    """Hands a pipeline the other collections of its database."""

    store: Store
    name: str

    def documents(self, collection: str) -> list[Document]:
        """List the documents of a collection of the same database."""
        found = self.store.find(f"{self.name}.{collection}")
        return list(found.documents.values()) if found else []


def output_stage(pipeline: list[Document]) -> str | None:
    """Name the stage that writes the result somewhere, if there is one."""
    last = next(iter(pipeline[-1]), "") if pipeline else ""
    return last if last in _OUTPUTS else None


def access(body: Document) -> Access:
    """Tell who may run a pipeline: one that writes needs the primary."""
    return Access.PRIMARY if output_stage(body.get("pipeline") or []) else Access.READER


def _aggregate(call: Call) -> Answer:
    body = call.body
    if "cursor" not in body and not body.get("explain"):
        raise CommandError(9, "The 'cursor' option is required")
    pipeline = bind(list(body["pipeline"]), call.variables)
    output = output_stage(pipeline)
    stages = pipeline[:-1] if output else pipeline
    documents, stages = _start(call, stages)
    scene = Scene(_Database(call.node.history.store, call.database), folding(body.get("collation")))

    def finish(found: list[Document]) -> Document:
        if output:
            _OUTPUTS[output](call, pipeline[-1][output], found)
            found = []
        return _reply(call, found)

    if len(documents) < _IN_A_THREAD_FROM or not stages:
        return finish(run_pipeline(documents, stages, scene))

    async def run_aside() -> Document:
        return finish(await asyncio.to_thread(run_pipeline, documents, stages, scene))

    return run_aside()


def _start(call: Call, stages: list[Document]) -> tuple[list[Document], list[Document]]:
    first = next(iter(stages[0]), "") if stages else ""
    if first == "$changeStream":
        raise CommandError(238, "change streams are not part of this stand-in")
    if first in _SOURCES:
        return _sourced(call, first, stages[0][first]), stages[1:]
    if not isinstance(call.argument, str):
        raise CommandError(
            73, f"{{aggregate: 1}} is not valid for '{first}'; a collection is required"
        )
    query = stages[0]["$match"] if first == "$match" else {}
    if not isinstance(query, dict):
        raise CommandError(15959, "the match filter must be an expression in an object")
    chosen = selection(call.collection, query, call.body)
    return chosen.plan.candidates, stages


def _sourced(call: Call, stage: str, options: Value) -> list[Document]:
    if stage == "$documents":
        return list(options)
    if stage == "$collStats":
        count = statistics(call.collection)
        return [{"ns": call.namespace, "count": count["count"], "storageStats": count}]
    return []


def _reply(call: Call, found: list[Document]) -> Document:
    name = call.argument if isinstance(call.argument, str) else "$cmd.aggregate"
    cursor = Cursor(f"{call.database}.{name}", found, projector(None))
    return call.node.cursors.start(cursor, (call.body.get("cursor") or {}).get("batchSize"))


COMMANDS: Final[dict[str, Command]] = {
    "aggregate": Command(_aggregate, Access.READER),
}
