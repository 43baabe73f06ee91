"""A place in a document that an update operator reads and writes."""

from dataclasses import dataclass
from typing import Final

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query.paths import MISSING

_MAX_PADDING: Final = 1_500_000


@dataclass(frozen=True, slots=True)
class Place:
    """The last step of a path: a field of a document or a position in an array."""

    container: Document | list[Value]
    key: str

    def get(self) -> Value:
        """Read the value, or MISSING."""
        if isinstance(self.container, dict):
            return self.container.get(self.key, MISSING)
        position = _position(self.container, self.key)
        return self.container[position] if position < len(self.container) else MISSING

    def put(self, value: Value) -> None:
        """Write the value; an array grows with nulls up to the position."""
        if isinstance(self.container, dict):
            self.container[self.key] = value
            return
        position = _position(self.container, self.key)
        missing = position + 1 - len(self.container)
        if missing > _MAX_PADDING:
            raise CommandError(2, "can't backfill more than 1500000 elements")
        self.container.extend([None] * missing)
        self.container[position] = value

    def remove(self) -> None:
        """Take the field away; in an array, leave null in its place."""
        if isinstance(self.container, dict):
            self.container.pop(self.key, None)
        elif self.get() is not MISSING:
            self.put(None)


def place_for_writing(document: Document, path: str) -> Place:
    """Find a place, and make the documents on the way to it."""
    *parents, last = path.split(".")
    container: Document | list[Value] = document
    for part, following in zip(parents, [*parents, last][1:], strict=True):
        place = Place(container, part)
        inner = place.get()
        if inner is MISSING:
            inner = {}
            place.put(inner)
        if not isinstance(inner, dict | list):
            raise CommandError(
                28, f"Cannot create field '{following}' in element {{{part}: {inner!r}}}"
            )
        container = inner
    return Place(container, last)


def place_for_reading(document: Document, path: str) -> Place | None:
    """Find a place that is already there."""
    *parents, last = path.split(".")
    container: Value = document
    for part in parents:
        container = Place(container, part).get()
        if not isinstance(container, dict | list):
            return None
    if isinstance(container, list) and not last.isdigit():
        return None
    place = Place(container, last)
    return None if place.get() is MISSING else place


def _position(array: list[Value], key: str) -> int:
    if not key.isdigit():
        raise CommandError(28, f"Cannot create field '{key}' in an array of {len(array)}")
    return int(key)
