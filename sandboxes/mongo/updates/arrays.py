"""The update operators for arrays."""

from typing import Final

from mongo.document import Value
from mongo.errors import CommandError
from mongo.query.engine import matcher, type_name
from mongo.query.order import key_of, sort_documents
from mongo.query.paths import MISSING
from mongo.updates.places import Place

_PUSH_MODIFIERS: Final = frozenset({"$each", "$position", "$slice", "$sort"})


def push(place: Place, value: Value) -> None:
    """`$push`: append, or insert, sort and cut with `$each` and its modifiers."""
    array = _array_at(place, "$push")
    if not isinstance(value, dict) or "$each" not in value:
        place.put([*array, value])
        return
    if unknown := set(value) - _PUSH_MODIFIERS:
        raise CommandError(2, f"Unrecognized clause in $push: {unknown.pop()}")
    position = value.get("$position", len(array))
    array = [*array[:position], *_each(value), *array[position:]]
    if "$sort" in value:
        array = _sorted(array, value["$sort"])
    if "$slice" in value:
        cut = value["$slice"]
        array = array[cut:] if cut < 0 else array[:cut]
    place.put(array)


def add_to_set(place: Place, value: Value) -> None:
    """`$addToSet`: append what is not in the array yet."""
    array = list(_array_at(place, "$addToSet"))
    known = {key_of(item) for item in array}
    wanted = _each(value) if isinstance(value, dict) and "$each" in value else [value]
    for item in wanted:
        if key_of(item) not in known:
            known.add(key_of(item))
            array.append(item)
    place.put(array)


def pull(place: Place, condition: Value) -> None:
    """`$pull`: take out every element that the condition applies to."""
    array = _array_at(place, "$pull")
    if not isinstance(condition, dict):
        place.put([item for item in array if key_of(item) != key_of(condition)])
        return
    if any(name.startswith("$") for name in condition):
        matches = matcher({"item": condition})
        place.put([item for item in array if not matches({"item": item})])
        return
    matches = matcher(condition)
    place.put([item for item in array if not (isinstance(item, dict) and matches(item))])


def pull_all(place: Place, values: Value) -> None:
    """`$pullAll`: take out every element that equals one of the values."""
    unwanted = {key_of(value) for value in values}
    place.put([item for item in _array_at(place, "$pullAll") if key_of(item) not in unwanted])


def pop(place: Place, end: Value) -> None:
    """`$pop`: drop the last element (1) or the first (-1)."""
    if end not in (1, -1):
        raise CommandError(9, f"$pop expects 1 or -1, found: {end!r}")
    array = _array_at(place, "$pop")
    place.put(array[:-1] if end == 1 else array[1:])


def _array_at(place: Place, operator: str) -> list[Value]:
    value = place.get()
    if value is MISSING:
        return []
    if not isinstance(value, list):
        raise CommandError(
            2,
            f"Cannot apply {operator} to a non-array field: "
            f"the field '{place.key}' is of type {type_name(value)}",
        )
    return value


def _each(value: Value) -> list[Value]:
    each = value["$each"]
    if not isinstance(each, list):
        raise CommandError(2, "The argument to $each must be an array")
    return each


def _sorted(array: list[Value], by: Value) -> list[Value]:
    if isinstance(by, dict):
        return list(sort_documents(array, by))
    return sorted(array, key=key_of, reverse=by < 0)
