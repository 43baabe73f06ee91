"""The expression operators that mongomock's parser lacks."""

import random
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from bson import Decimal128, Int64, ObjectId

from mongo.document import Value
from mongo.errors import CommandError
from mongo.query import engine
from mongo.query.order import key_of, sort_documents


class Evaluator(Protocol):
    """What an operator needs of the parser."""

    def value(self, expression: Value, default: Value = None) -> Value:
        """Evaluate, and take a missing field for the default."""


Operator = Callable[[Evaluator, Value], Value]


def _named(evaluator: Evaluator, argument: Value, *names: str) -> list[Value]:
    if not isinstance(argument, dict) or not set(names) <= set(argument):
        raise CommandError(9, f"this operator needs an object with {', '.join(names)}")
    return [evaluator.value(argument[name]) for name in names]


def _get_field(evaluator: Evaluator, argument: Value) -> Value:
    if isinstance(argument, dict) and "field" in argument:
        field = evaluator.value(argument["field"])
        source = evaluator.value(argument.get("input", "$$CURRENT"))
    else:
        field, source = evaluator.value(argument), evaluator.value("$$CURRENT")
    if not isinstance(source, dict):
        return None
    return source[field]  # a missing field is a KeyError, as everywhere in the parser


def _set_field(evaluator: Evaluator, argument: Value) -> Value:
    field, source = _named(evaluator, argument, "field", "input")
    if not isinstance(source, dict):
        return None
    if argument.get("value") == "$$REMOVE":
        return {name: value for name, value in source.items() if name != field}
    return source | {field: evaluator.value(argument.get("value"))}


def _unset_field(evaluator: Evaluator, argument: Value) -> Value:
    return _set_field(evaluator, {**argument, "value": "$$REMOVE"})


def _merge_objects(evaluator: Evaluator, argument: Value) -> Value:
    parts = evaluator.value(argument)
    merged: dict[str, Value] = {}
    for part in parts if isinstance(parts, list) else [parts]:
        merged.update(part or {})
    return merged


def _sets(evaluator: Evaluator, argument: Value) -> list[dict[Value, Value]]:
    return [{key_of(item): item for item in evaluator.value(part) or ()} for part in argument]


def _intersection(evaluator: Evaluator, argument: Value) -> Value:
    first, *others = _sets(evaluator, argument)
    return [item for key, item in first.items() if all(key in other for other in others)]


def _difference(evaluator: Evaluator, argument: Value) -> Value:
    first, second = _sets(evaluator, argument)
    return [item for key, item in first.items() if key not in second]


def _is_subset(evaluator: Evaluator, argument: Value) -> bool:
    first, second = _sets(evaluator, argument)
    return first.keys() <= second.keys()


def _only(evaluator: Evaluator, argument: Value) -> Value:
    found = evaluator.value(argument)
    return found[0] if isinstance(argument, list) and len(argument) == 1 else found


def _not(evaluator: Evaluator, argument: Value) -> bool:
    found = _only(evaluator, argument)
    return not engine.mongomock.helpers.mongodb_to_bool(found)


def _each(reduce: Callable[[Iterable[bool]], bool]) -> Operator:
    return lambda evaluator, argument: reduce(bool(x) for x in _only(evaluator, argument))


def _text(function: Callable[..., Value]) -> Operator:
    def run(evaluator: Evaluator, argument: Value) -> Value:
        values = evaluator.value(argument)
        values = values if isinstance(values, list) else [values]
        return None if values[0] is None else function(*values)

    return run


def _trimming(strip: Callable[[str, str | None], str]) -> Operator:
    def run(evaluator: Evaluator, argument: Value) -> Value:
        text = evaluator.value(argument.get("input"))
        chars = evaluator.value(argument["chars"]) if "chars" in argument else None
        return None if text is None else strip(text, chars)

    return run


def _replacing(count: int) -> Operator:
    def run(evaluator: Evaluator, argument: Value) -> Value:
        parts = _named(evaluator, argument, "input", "find", "replacement")
        return None if None in parts else parts[0].replace(parts[1], parts[2], count)

    return run


def _sort_array(evaluator: Evaluator, argument: Value) -> Value:
    [array] = _named(evaluator, argument, "input")
    by = argument.get("sortBy")
    if isinstance(by, dict):
        return sort_documents(array, by)
    return sorted(array, key=key_of, reverse=by < 0)


def _rounded(evaluator: Evaluator, argument: Value) -> Value:
    number, *places = argument if isinstance(argument, list) else [argument]
    value = evaluator.value(number)
    digits = evaluator.value(places[0]) if places else 0
    return None if value is None else type(value)(round(value, digits))


def _converting(convert: Callable[[Value], Value]) -> Operator:
    def run(evaluator: Evaluator, argument: Value) -> Value:
        value = _only(evaluator, argument)
        return None if value is None else convert(value)

    return run


def _type(evaluator: Evaluator, argument: Value) -> str:
    return engine.type_name(evaluator.value(argument, NotImplemented))


def _to_float(value: Value) -> float:
    return float(value.to_decimal() if isinstance(value, Decimal128) else value)


MORE_OPERATORS: Final[dict[str, Operator]] = {
    "$allElementsTrue": _each(all),
    "$anyElementTrue": _each(any),
    "$getField": _get_field,
    "$indexOfCP": _text(str.find),
    "$ltrim": _trimming(str.lstrip),
    "$mergeObjects": _merge_objects,
    "$not": _not,
    "$rand": lambda _evaluator, _argument: random.random(),
    "$replaceAll": _replacing(-1),
    "$replaceOne": _replacing(1),
    "$round": _rounded,
    "$rtrim": _trimming(str.rstrip),
    "$setDifference": _difference,
    "$setField": _set_field,
    "$setIntersection": _intersection,
    "$setIsSubset": _is_subset,
    "$sortArray": _sort_array,
    "$strLenBytes": _text(lambda text: len(text.encode())),
    "$strLenCP": _text(len),
    "$substrCP": _text(lambda text, start, size: text[start : start + size]),
    "$toBool": _converting(bool),
    "$toDouble": _converting(_to_float),
    "$toLong": _converting(lambda value: Int64(int(value))),
    "$toObjectId": _converting(ObjectId),
    "$trim": _trimming(str.strip),
    "$type": _type,
    "$unsetField": _unset_field,
}
