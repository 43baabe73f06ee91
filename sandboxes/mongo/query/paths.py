"""Dotted paths through documents and arrays."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

from mongo.document import Value


class Missing(Enum):
    """The absence of a value, which is not null."""

    MISSING = 0


MISSING: Final = Missing.MISSING


def values_at(document: Value, path: str) -> Iterator[Value]:
    """Yield what a path leads to; arrays on the way and at the end are spread out."""
    for value in branches_at(document, path.split(".")):
        if isinstance(value, list):
            yield from value or ()
        else:
            yield value


def branches_at(value: Value, parts: list[str]) -> Iterator[Value]:
    """Yield what a path leads to, with an array at the end left whole."""
    if not parts:
        yield value
    elif isinstance(value, dict):
        yield from branches_at(value.get(parts[0], MISSING), parts[1:])
    elif isinstance(value, list):
        yield from _branches_in_array(value, parts)
    else:
        yield MISSING


def _branches_in_array(array: list[Value], parts: list[str]) -> Iterator[Value]:
    if parts[0].isdigit() and int(parts[0]) < len(array):
        yield from branches_at(array[int(parts[0])], parts[1:])
    for element in array:
        if isinstance(element, dict):
            yield from branches_at(element, parts)


def plain_value(document: dict[str, Value], path: str) -> Value:
    """Give the value at a path through documents only, or MISSING."""
    value: Value = document
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return value


def set_plain(document: dict[str, Value], path: str, value: Value) -> None:
    """Put a value at a path through documents, and make the documents on the way."""
    *parents, last = path.split(".")
    for part in parents:
        inner = document.get(part)
        document[part] = inner = dict(inner) if isinstance(inner, dict) else {}
        document = inner
    document[last] = value
