"""Pipeline stages that mongomock lacks, or has with defects that a lesson would meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query import engine
from mongo.query.collation import Fold
from mongo.query.expressions import evaluate
from mongo.query.grouping import group
from mongo.query.order import sort_documents
from mongo.query.paths import MISSING, plain_value, set_plain
from mongo.query.projection import projector
from mongo.query.variables import bind


class Source(Protocol):
    """Where a pipeline finds the documents of another collection."""

    def documents(self, collection: str) -> list[Document]:
        """List the documents of a collection of the same database."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the stages of one pipeline share."""

    source: Source
    fold: Fold | None = None

    def get_collection(self, name: str) -> "_Foreign":
        """Offer a collection to mongomock's own stages."""
        return _Foreign(self.source.documents(name))


class _Foreign:
    """As much of a collection as mongomock's `$graphLookup` asks for."""

    def __init__(self, documents: list[Document]) -> None:
        self.all = documents

    def find(self, query: Document) -> list[Document]:
        """List the documents that a filter applies to."""
        matches = engine.matcher(query)
        return [dict(document) for document in self.all if matches(document)]


Stage = Callable[[list[Document], Scene, Value], list[Document]]


def run_pipeline(
    documents: list[Document], pipeline: list[Document], scene: Scene
) -> list[Document]:
    """Send documents through the stages of a pipeline."""
    for stage in pipeline:
        if len(stage) != 1:
            raise CommandError(
                40323, "A pipeline stage specification object must contain exactly one field."
            )
        [(name, options)] = stage.items()
        documents = _run_stage(documents, name, options, scene)
    return documents


def _run_stage(
    documents: list[Document], name: str, options: Value, scene: Scene
) -> list[Document]:
    own = STAGES.get(name)
    handlers = engine.MONGOMOCK_STAGES
    if own is None and name not in handlers:
        raise CommandError(40324, f"Unrecognized pipeline stage name: '{name}'")
    if own is None and handlers[name] is None:
        raise CommandError(238, f"the stand-in does not have the stage {name}")
    try:
        if own is not None:
            return own(documents, scene, options)
        copies = [dict(document) for document in documents]
        return list(handlers[name](copies, scene, options))
    except engine.BAD_QUERY as error:
        raise engine.bad_query(error) from error


def _match(documents: list[Document], scene: Scene, options: Value) -> list[Document]:
    return list(filter(engine.matcher(options, fold=scene.fold), documents))


def _add_fields(documents: list[Document], _scene: Scene, options: Value) -> list[Document]:
    return [_with_fields(document, options) for document in documents]


def _with_fields(document: Document, options: Mapping[str, Value]) -> Document:
    changed = dict(document)
    for path, expression in options.items():
        if expression == "$$REMOVE":
            changed = projector({path: 0})(changed)
            continue
        value = evaluate(expression, document)
        if value is not MISSING:
            set_plain(changed, path, value)
    return changed


def _project(documents: list[Document], _scene: Scene, options: Value) -> list[Document]:
    if not options:
        raise CommandError(51272, "Invalid $project :: projection specification must have a field")
    return [dict(shown) for shown in map(projector(options), documents)]


def _unset(documents: list[Document], _scene: Scene, options: Value) -> list[Document]:
    paths = [options] if isinstance(options, str) else options
    return list(map(projector(dict.fromkeys(paths, 0)), documents))


def _replace_with(documents: list[Document], _scene: Scene, options: Value) -> list[Document]:
    return [_root(evaluate(options, document)) for document in documents]


def _root(value: Value) -> Document:
    if not isinstance(value, dict):
        raise CommandError(40228, "'newRoot' expression must evaluate to an object")
    return value


def _sort(documents: list[Document], scene: Scene, options: Value) -> list[Document]:
    if scene.fold is None:
        return [dict(document) for document in sort_documents(documents, options)]
    keyed = [{"folded": scene.fold(document), "whole": document} for document in documents]
    spec = {f"folded.{path}": direction for path, direction in options.items()}
    return [pair["whole"] for pair in sort_documents(keyed, spec)]


def _sort_by_count(documents: list[Document], _scene: Scene, options: Value) -> list[Document]:
    groups = group(documents, {"_id": options, "count": {"$sum": 1}})
    return sorted(groups, key=lambda found: -found["count"])


def _count(documents: list[Document], _scene: Scene, options: Value) -> list[Document]:
    return [{options: len(documents)}] if documents else []


def _facet(documents: list[Document], scene: Scene, options: Value) -> list[Document]:
    return [{name: run_pipeline(documents, part, scene) for name, part in options.items()}]


def _lookup(documents: list[Document], scene: Scene, options: Value) -> list[Document]:
    foreign = scene.source.documents(options["from"])
    return [
        _with_value(document, options["as"], _joined(document, foreign, scene, options))
        for document in documents
    ]


def _with_value(document: Document, path: str, value: Value) -> Document:
    changed = dict(document)
    set_plain(changed, path, value)
    return changed


def _joined(
    document: Document, foreign: list[Document], scene: Scene, options: Document
) -> list[Document]:
    if "localField" in options:
        local = plain_value(document, options["localField"])
        wanted = {"$in": local} if isinstance(local, list) else None if local is MISSING else local
        foreign = _match(foreign, scene, {options["foreignField"]: wanted})
    variables = {name: evaluate(expr, document) for name, expr in options.get("let", {}).items()}
    return run_pipeline(foreign, bind(options.get("pipeline", []), variables), scene)


STAGES: Final[dict[str, Stage]] = {
    "$addFields": _add_fields,
    "$count": _count,
    "$documents": lambda _documents, _scene, options: list(options),
    "$facet": _facet,
    "$group": lambda documents, _scene, options: group(documents, options),
    "$lookup": _lookup,
    "$match": _match,
    "$project": _project,
    "$replaceRoot": lambda documents, scene, options: _replace_with(
        documents, scene, options["newRoot"]
    ),
    "$replaceWith": _replace_with,
    "$set": _add_fields,
    "$sort": _sort,
    "$sortByCount": _sort_by_count,
    "$unset": _unset,
}
