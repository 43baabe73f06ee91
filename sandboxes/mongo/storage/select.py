"""Find the documents that a filter applies to."""

from collections.abc import Mapping
from dataclasses import dataclass

from mongo.document import Document, Value
from mongo.query.collation import Fold, folding
from mongo.query.engine import matcher
from mongo.query.order import sort_documents
from mongo.storage.collection import Collection
from mongo.storage.plan import Plan, plan


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter with everything that bears on it, and the documents to try it on."""

    query: Mapping[str, Value]
    plan: Plan
    variables: Mapping[str, Value]
    fold: Fold | None = None
    sort: Mapping[str, Value] | None = None

    @property
    def effort(self) -> int:
        """Say how many documents have to be looked at."""
        return len(self.plan.candidates)

    def documents(self, limit: int = 0) -> list[Document]:
        """List what matches, sorted, up to a limit (0: all)."""
        if self.plan.is_exact:
            return self.plan.candidates
        matches = matcher(self.query, self.variables, self.fold)
        if self.sort:
            return self._sorted(list(filter(matches, self.plan.candidates)))[: limit or None]
        found: list[Document] = []
        for document in self.plan.candidates:
            if matches(document):
                found.append(document)
                if len(found) == limit:
                    break
        return found

    def _sorted(self, found: list[Document]) -> list[Document]:
        if self.fold is None:
            return list(sort_documents(found, self.sort or {}))
        pairs = [{"key": self.fold(document), "document": document} for document in found]
        spec = {f"key.{path}": direction for path, direction in (self.sort or {}).items()}
        return [pair["document"] for pair in sort_documents(pairs, spec)]


def selection(
    collection: Collection | None,
    query: Mapping[str, Value] | None,
    options: Mapping[str, Value],
    variables: Mapping[str, Value] | None = None,
) -> Selection:
    """Prepare a search; `options` is where `collation`, `hint` and `sort` are said."""
    if collection is not None and options.get("hint"):
        collection.check_hint(options["hint"])
    fold = folding(options.get("collation"))
    chosen = plan(collection, query or {}, folds=fold is not None)
    return Selection(query or {}, chosen, variables or {}, fold, options.get("sort"))
