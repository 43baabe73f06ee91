"""`$`, `$[]` and `$[name]` in update paths, resolved to plain positions in one document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.engine import matcher


@dataclass(frozen=True, slots=True)
class Positions:
    """What the placeholders of an update refer to."""

    query: Mapping[str, Value]
    array_filters: Mapping[str, Document]

    def expand(self, document: Document, path: str) -> list[str]:
        """List the plain paths that a path with placeholders stands for."""
        if "$" not in path:
            return [path]
        return [".".join(parts) for parts in self._walk(document, [], path.split("."))]

    def _walk(self, value: Value, done: list[str], left: list[str]) -> Iterator[list[str]]:
        if not left:
            yield done
            return
        part, *rest = left
        if not _is_placeholder(part):
            yield from self._walk(_step(value, part), [*done, part], rest)
            return
        if not isinstance(value, list):
            path = ".".join(done)
            raise CommandError(
                2, f"The path '{path}' must exist in the document in order to apply array updates."
            )
        for position in self._positions(value, ".".join(done), part):
            yield from self._walk(value[position], [*done, str(position)], rest)

    def _positions(self, array: list[Value], path: str, part: str) -> list[int]:
        if part == "$[]":
            return list(range(len(array)))
        if part == "$":
            return [self._matched_position(array, path)]
        name = part[2:-1]
        if name not in self.array_filters:
            raise CommandError(2, f"No array filter found for identifier '{name}' in path '{path}'")
        applies = matcher(self.array_filters[name])
        return [index for index, element in enumerate(array) if applies({name: element})]

    def _matched_position(self, array: list[Value], path: str) -> int:
        parts = list(_conditions(self.query, path))
        tests = [matcher(part) for part in parts]
        for index, element in enumerate(array):
            if tests and all(applies({"element": element}) for applies in tests):
                return index
        raise CommandError(
            2, "The positional operator did not find the match needed from the query."
        )


def array_filters_by_name(filters: Sequence[Document], paths: Sequence[str]) -> dict[str, Document]:
    """Sort array filters by the name they filter for; each must be used by some path."""
    named: dict[str, Document] = {}
    for one in filters:
        name = _name_of(one)
        if name in named:
            raise CommandError(9, f"Found multiple array filters with the same name {name}")
        if not any(f"$[{name}]" in path for path in paths):
            raise CommandError(
                9, f"The array filter for identifier '{name}' was not used in the update"
            )
        named[name] = one
    return named


def _name_of(array_filter: Document) -> str:
    for key, value in array_filter.items():
        if key.startswith("$") and isinstance(value, list) and value:
            return _name_of(value[0])
        return key.partition(".")[0]
    raise CommandError(9, "Cannot use an expression without a top-level field name in arrayFilters")


def _is_placeholder(part: str) -> bool:
    return part == "$" or (part.startswith("$[") and part.endswith("]"))


def _step(value: Value, part: str) -> Value:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    return None


def _conditions(query: Mapping[str, Value], path: str) -> Iterator[Document]:
    for name, condition in query.items():
        if name == "$and":
            for part in condition:
                yield from _conditions(part, path)
        elif name == path and isinstance(condition, dict) and "$elemMatch" in condition:
            yield _element_condition(condition["$elemMatch"])
        elif name == path or name.startswith(f"{path}."):
            yield {f"element{name[len(path) :]}": condition}


def _element_condition(wanted: Document) -> Document:
    if any(key.startswith("$") for key in wanted):
        return {"element": wanted}
    return {f"element.{key}": part for key, part in wanted.items()}
