"""Which fields of a document are shown: inclusion, exclusion, slices, expressions."""

from collections.abc import Callable, Mapping
from typing import Final

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.engine import matcher
from mongo.query.expressions import evaluate
from mongo.query.paths import MISSING, set_plain

Projector = Callable[[Document], Document]
Tree = dict[str, Value]  # a field leads to a tree of its fields, or to True where it is whole

_WHOLE: Final = True
_ARRAY_OPERATORS: Final = frozenset({"$slice", "$elemMatch"})


def projector(
    spec: Mapping[str, Value] | None, query: Mapping[str, Value] | None = None
) -> Projector:
    """Make the function that a projection stands for."""
    if not spec:
        return lambda document: document
    return _Projection(_spread(spec), query or {})


def _spread(spec: Mapping[str, Value], prefix: str = "") -> dict[str, Value]:
    flat: dict[str, Value] = {}
    for name, value in spec.items():
        is_nested = isinstance(value, dict) and not any(key.startswith("$") for key in value)
        if is_nested and value:
            flat |= _spread(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


class _Projection:
    """One projection, taken apart once and applied to many documents."""

    def __init__(self, spec: dict[str, Value], query: Mapping[str, Value]) -> None:
        shows_id = spec.get("_id", True)
        plain = {path: value for path, value in spec.items() if _is_flag(value)}
        named = {path: bool(value) for path, value in plain.items() if path != "_id"}
        if len(set(named.values())) > 1:
            raise CommandError(31254, "Cannot do exclusion in an inclusion projection")
        self.arrays = {path: value for path, value in spec.items() if _is_array_operator(value)}
        self.computed = {p: v for p, v in spec.items() if p not in plain and p not in self.arrays}
        self.query = query
        self.includes = _includes(named, self, bool(shows_id), "_id" in spec)
        if self.includes and any(not shown for shown in named.values()):
            raise CommandError(31254, "Cannot do exclusion in an inclusion projection")
        self.tree = _tree(named | {path: True for path in self.arrays if self.includes})
        if self.includes == (bool(shows_id) and "_id" not in self.computed):
            self.tree["_id"] = _WHOLE

    def __call__(self, document: Document) -> Document:
        """Project one document."""
        shown: Document = (_include if self.includes else _exclude)(document, self.tree)
        for path, operator in self.arrays.items():
            _apply_array_operator(shown, path, operator)
        for path in [path for path in self.tree if path.endswith("$")]:
            _apply_positional(shown, document, path, self.query)
        for path, expression in self.computed.items():
            value = evaluate(expression, document)
            if value is not MISSING:
                set_plain(shown, path, value)
        return shown


def _includes(named: dict[str, bool], parts: _Projection, shows_id: bool, names_id: bool) -> bool:
    if named:
        return next(iter(named.values()))
    if parts.computed or any("$elemMatch" in value for value in parts.arrays.values()):
        return True
    return names_id and shows_id and not parts.arrays


def _is_flag(value: Value) -> bool:
    return isinstance(value, bool | int | float)


def _is_array_operator(value: Value) -> bool:
    return (
        isinstance(value, dict)
        and bool(_ARRAY_OPERATORS & set(value))
        and (
            "$elemMatch" in value or not isinstance(value["$slice"], list) or _is_plain_slice(value)
        )
    )


def _is_plain_slice(value: Value) -> bool:
    return all(isinstance(part, int) for part in value["$slice"])


def _tree(paths: Mapping[str, bool]) -> Tree:
    tree: Tree = {}
    for path in paths:
        if path.endswith(".$"):
            tree[path] = _WHOLE
        *parents, last = path.removesuffix(".$").split(".")
        branch = tree
        for part in parents:
            inner = branch.setdefault(part, {})
            if inner is _WHOLE:
                raise CommandError(31250, f"Path collision at {path}")
            branch = inner
        branch[last] = _WHOLE
    return tree


def _include(value: Value, tree: Tree) -> Value:
    if isinstance(value, list):
        return [_include(item, tree) for item in value if isinstance(item, dict | list)]
    return {
        name: inner if tree[name] is _WHOLE else _include(inner, tree[name])
        for name, inner in value.items()
        if name in tree and (tree[name] is _WHOLE or isinstance(inner, dict | list))
    }


def _exclude(value: Value, tree: Tree) -> Value:
    if isinstance(value, list):
        return [_exclude(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _exclude(inner, tree[name]) if name in tree else inner
        for name, inner in value.items()
        if tree.get(name) is not _WHOLE
    }


def _apply_array_operator(shown: Document, path: str, operator: Document) -> None:
    *parents, last = path.split(".")
    for part in parents:
        inner = shown.get(part)
        shown = inner if isinstance(inner, dict) else {}
    array = shown.get(last)
    if "$slice" in operator and isinstance(array, list):
        shown[last] = _sliced(array, operator["$slice"])
    elif "$elemMatch" in operator:
        found = _matching_element(array, operator["$elemMatch"])
        shown.pop(last, None)
        if found is not MISSING:
            shown[last] = [found]


def _sliced(array: list[Value], spec: Value) -> list[Value]:
    if isinstance(spec, list):
        start, count = spec
        start = max(len(array) + start, 0) if start < 0 else start
        return array[start : start + count]
    return array[spec:] if spec < 0 else array[:spec]


def _matching_element(array: Value, query: Document) -> Value:
    matches = matcher({"array": {"$elemMatch": query}})
    elements = array if isinstance(array, list) else []
    return next((item for item in elements if matches({"array": [item]})), MISSING)


def _apply_positional(
    shown: Document, document: Document, path: str, query: Mapping[str, Value]
) -> None:
    field = path.removesuffix(".$")
    array = document.get(field)
    if not isinstance(array, list):
        return
    parts = {name: part for name, part in query.items() if f"{name}.".startswith(f"{field}.")}
    matches = matcher(parts)
    shown[field] = [item for item in array if matches({field: [item]})][:1]
