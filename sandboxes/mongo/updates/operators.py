"""The update operators that set, count and compare."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from bson import Decimal128, Int64, Timestamp

from mongo.document import Value
from mongo.errors import CommandError
from mongo.query.engine import is_number, type_name
from mongo.query.order import key_of
from mongo.query.paths import MISSING
from mongo.updates import arrays
from mongo.updates.places import Place

Operator = Callable[[Place, Value], None]

_INT64_MAX: Final = 2**63 - 1


def set_value(place: Place, value: Value) -> None:
    """`$set`: put the value there."""
    place.put(value)


def _unset(place: Place, _value: Value) -> None:
    place.remove()


def _arithmetic(name: str, combine: Callable[[Value, Value], Value]) -> Operator:
    def run(place: Place, amount: Value) -> None:
        if not is_number(amount):
            raise CommandError(14, f"Cannot {name} with non-numeric argument: {amount!r}")
        current = place.get()
        if current is MISSING:
            place.put(amount if name == "increment" else combine(0, amount))
            return
        if not is_number(current):
            raise CommandError(
                14,
                f"Cannot apply ${name[:3]} to a value of non-numeric type. "
                f"The field '{place.key}' is of type {type_name(current)}",
            )
        place.put(_combined(combine, current, amount))

    return run


def _combined(combine: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    if isinstance(left, Decimal128) or isinstance(right, Decimal128):
        return Decimal128(combine(_decimal(left), _decimal(right)))
    result = combine(left, right)
    if isinstance(result, float):
        return result
    if abs(result) > _INT64_MAX:
        raise CommandError(2, "Failed to apply an operator: the result does not fit 64 bits")
    is_long = isinstance(left, Int64) or isinstance(right, Int64)
    return Int64(result) if is_long else result


def _decimal(value: Value) -> Decimal:
    return value.to_decimal() if isinstance(value, Decimal128) else Decimal(str(value))


def _keep(is_better: Callable[[Value, Value], bool]) -> Operator:
    def run(place: Place, value: Value) -> None:
        current = place.get()
        if current is MISSING or is_better(key_of(value), key_of(current)):
            place.put(value)

    return run


def _current_date(place: Place, spec: Value) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    if isinstance(spec, dict) and spec.get("$type") == "timestamp":
        place.put(Timestamp(int(datetime.now(UTC).timestamp()), 1))
    elif spec is True or (isinstance(spec, dict) and spec.get("$type") == "date"):
        place.put(now.replace(microsecond=now.microsecond // 1000 * 1000))
    else:
        raise CommandError(2, "$currentDate takes true or {$type: 'date' | 'timestamp'}")


def _bit(place: Place, spec: Value) -> None:
    current = 0 if place.get() is MISSING else place.get()
    if not isinstance(current, int) or isinstance(current, bool):
        raise CommandError(2, f"Cannot apply $bit to a value of type {type_name(current)}")
    for name, operand in spec.items():
        if name not in _BITS:
            raise CommandError(2, f"The $bit modifier only supports 'and', 'or' and 'xor': {name}")
        current = _combined(_BITS[name], current, operand)
    place.put(current)


_BITS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
}
OPERATORS: Final[dict[str, Operator]] = {
    "$addToSet": arrays.add_to_set,
    "$bit": _bit,
    "$currentDate": _current_date,
    "$inc": _arithmetic("increment", lambda a, b: a + b),
    "$max": _keep(lambda new, old: new > old),
    "$min": _keep(lambda new, old: new < old),
    "$mul": _arithmetic("multiply", lambda a, b: a * b),
    "$pop": arrays.pop,
    "$pull": arrays.pull,
    "$pullAll": arrays.pull_all,
    "$push": arrays.push,
    "$set": set_value,
    "$setOnInsert": set_value,
    "$unset": _unset,
}
ONLY_WHERE_PRESENT: Final = frozenset({"$unset", "$pull", "$pullAll", "$pop"})
