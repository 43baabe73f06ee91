"""The door to mongomock: its filters and expressions, with what they lack put in.

mongomock asks for parts of pymongo only if it is there. A server has no use for a
client, and without it the process is ready in half the time.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bson import Binary, Decimal128, Int64, MaxKey, MinKey, Regex, Timestamp

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query import order
from mongo.query.collation import Fold
from mongo.query.variables import Variables, bind_filter


def _import_without_pymongo() -> Value:
    known = sys.modules.get("pymongo")
    if known is None:
        sys.modules["pymongo"] = None  # type: ignore[assignment]  # makes the import fail
    try:
        import mongomock.aggregate
        import mongomock.filtering
    finally:
        if known is None:
            del sys.modules["pymongo"]
    return mongomock


mongomock: Final = _import_without_pymongo()
aggregate: Final = mongomock.aggregate
filtering: Final = mongomock.filtering
# mongomock keeps the parts below to itself. This is the only place that knows their names.
MongomockParser: Final = aggregate._Parser  # noqa: SLF001
MONGOMOCK_STAGES: Final = aggregate._PIPELINE_HANDLERS  # noqa: SLF001
mongomock_sum: Final = aggregate._sum_operation  # noqa: SLF001 - it knows Decimal128
BAD_QUERY: Final = (
    mongomock.OperationFailure,
    NotImplementedError,
    AssertionError,
    AttributeError,
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    ZeroDivisionError,
)
Predicate = Callable[[Document], bool]


def bad_query(error: Exception) -> CommandError:
    """Say in MongoDB's terms why mongomock could not evaluate something."""
    if isinstance(error, CommandError):
        return error
    text = str(error) or type(error).__name__
    if isinstance(error, NotImplementedError):
        return CommandError(238, f"not implemented by this stand-in: {text}")
    if isinstance(error, ZeroDivisionError):
        return CommandError(2, "can't divide by zero")
    return CommandError(getattr(error, "code", None) or 2, text)


def matcher(
    query: Mapping[str, Value], variables: Variables | None = None, fold: Fold | None = None
) -> Predicate:
    """Make the test that a filter stands for; a filter that makes no sense is an error."""
    bound = bind_filter(dict(query), variables or {})
    if fold:
        bound = fold(bound)
    applies = filtering.filter_applies

    def matches(document: Document) -> bool:
        try:
            return bool(applies(bound, fold(document) if fold else document))
        except BAD_QUERY as error:
            raise bad_query(error) from error

    matches({})
    return matches


def use_parser(parser: type) -> None:
    """Let mongomock's own stages evaluate expressions with a better parser."""
    aggregate._Parser = parser  # noqa: SLF001


def _is_int(value: Value) -> bool:
    is_plain = isinstance(value, int) and not isinstance(value, bool | Int64)
    return is_plain and -(2**31) <= value < 2**31


def _is_long(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and not _is_int(value)


def is_number(value: Value) -> bool:
    """Tell numbers from everything else; true and false are not numbers."""
    return isinstance(value, int | float | Decimal128) and not isinstance(value, bool)


_TYPES: Final[dict[str, tuple[int, Callable[[Value], bool]]]] = {
    "double": (1, lambda value: isinstance(value, float)),
    "string": (2, lambda value: isinstance(value, str)),
    "object": (3, lambda value: isinstance(value, dict)),
    "array": (4, lambda value: isinstance(value, list)),
    "binData": (5, lambda value: isinstance(value, bytes | Binary)),
    "objectId": (7, lambda value: isinstance(value, mongomock.ObjectId)),
    "bool": (8, lambda value: isinstance(value, bool)),
    "date": (9, lambda value: isinstance(value, datetime)),
    "null": (10, lambda value: value is None),
    "regex": (11, lambda value: isinstance(value, Regex)),
    "int": (16, _is_int),
    "timestamp": (17, lambda value: isinstance(value, Timestamp)),
    "long": (18, _is_long),
    "decimal": (19, lambda value: isinstance(value, Decimal128)),
    "minKey": (-1, lambda value: isinstance(value, MinKey)),
    "maxKey": (127, lambda value: isinstance(value, MaxKey)),
}


def type_name(value: Value) -> str:
    """Name the BSON type of a value."""
    return next((name for name, (_, is_it) in _TYPES.items() if is_it(value)), "missing")


def _extend_filters() -> None:
    filtering.bson_compare = order.compare
    for name, (number, is_it) in _TYPES.items():
        filtering.TYPE_MAP[name] = filtering.TYPE_MAP[number] = is_it
    filtering.TYPE_MAP["number"] = is_number


_extend_filters()
