"""The order of BSON values, as keys that Python can hash and compare."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isnan
from typing import Final

from bson import DBRef, Decimal128, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import Binary
from bson.datetime_ms import DatetimeMS

from mongo.document import Document, Value
from mongo.query.paths import MISSING, values_at

Key = tuple[int, Value]

_EPOCH: Final = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)  # BSON dates are naive UTC
_NULL: Final[Key] = (5, 0)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LEAST: Final[Key] = (0, 0)


def key_of(value: Value) -> Key:
    """Make a key that sorts and equals as MongoDB sorts and equals the value."""
    maker = _MAKERS.get(type(value))
    if maker is not None:
        return maker(value)
    for kind, maker in _MAKERS.items():
        if isinstance(value, kind):
            return maker(value)
    return (90, repr(value))


def compare(
    operation: Callable[[Value, Value], Value],
    left: Value,
    right: Value,
    can_compare_types: bool = True,
) -> bool:
    """Compare two values; values of different types only when that is allowed."""
    left_key, right_key = key_of(left), key_of(right)
    if not can_compare_types and left_key[0] != right_key[0]:
        return False
    return bool(operation(left_key, right_key))


def sort_documents(documents: Iterable[Document], spec: Mapping[str, Value]) -> list[Document]:
    """Sort by several fields; an array counts by its least (or greatest) element."""
    ordered = list(documents)
    for path, direction in reversed(list(spec.items())):
        if isinstance(direction, dict):
            continue
        is_descending = direction < 0
        if path == "$natural":
            ordered = ordered[::-1] if is_descending else ordered
            continue
        ordered.sort(key=_sorter(path, is_descending), reverse=is_descending)
    return ordered


def _sorter(path: str, is_descending: bool) -> Callable[[Mapping[str, Value]], Key]:
    pick = max if is_descending else min

    def key(document: Mapping[str, Value]) -> Key:
        value = document.get(path, MISSING) if "." not in path else MISSING
        if value is not MISSING and not isinstance(value, list):
            return key_of(value)
        return pick((key_of(v) for v in values_at(document, path)), default=_LEAST)

    return key


def _number(value: Value) -> Key:
    return (10, float("-inf") if isinstance(value, float) and isnan(value) else value)


def _decimal(value: Decimal128) -> Key:
    return _number(value.to_decimal())


def _object(value: Mapping[str, Value]) -> Key:
    return (20, tuple((key_of(v)[0], name, key_of(v)[1]) for name, v in value.items()))


def _array(value: Iterable[Value]) -> Key:
    return (25, tuple(key_of(item) for item in value))


def _binary(value: bytes) -> Key:
    subtype = value.subtype if isinstance(value, Binary) else 0
    return (30, (len(value), subtype, bytes(value)))


def _date(value: datetime) -> Key:
    naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return (45, (naive - _EPOCH) // _MILLISECOND)


def _regex(value: Value) -> Key:
    return (55, (str(value.pattern), int(value.flags)))


_MAKERS: Final[dict[type, Callable[[Value], Key]]] = {
    str: lambda value: (15, value),
    bool: lambda value: (40, int(value)),
    int: _number,
    float: _number,
    type(None): lambda _: _NULL,
    ObjectId: lambda value: (35, value.binary),
    datetime: _date,
    DatetimeMS: lambda value: (45, int(value)),
    dict: _object,
    list: _array,
    tuple: _array,
    Decimal128: _decimal,
    Decimal: _number,
    Timestamp: lambda value: (47, (value.time, value.inc)),
    Binary: _binary,
    bytes: _binary,
    uuid.UUID: lambda value: _binary(Binary.from_uuid(value)),
    DBRef: lambda value: _object(value.as_doc()),
    Regex: _regex,
    re.Pattern: _regex,
    MinKey: lambda _: (-1, 0),
    MaxKey: lambda _: (127, 0),
    type(MISSING): lambda _: _NULL,
}
