"""`$group`: gather documents by a key and accumulate over each heap."""

from collections.abc import Callable
from typing import Final

from bson import Decimal128

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.query import engine
from mongo.query.expressions import evaluate
from mongo.query.order import Key, key_of
from mongo.query.paths import MISSING

Heap = list[Document]
Accumulator = Callable[[list[Value]], Value]


def group(documents: list[Document], options: Document) -> list[Document]:
    """Gather documents by `_id`; groups come in the order in which they are first met."""
    heaps: dict[Key, tuple[Value, Heap]] = {}
    for document in documents:
        found = evaluate(options["_id"], document)
        identity = None if found is MISSING else found
        heaps.setdefault(key_of(identity), (identity, []))[1].append(document)
    fields = {name: spec for name, spec in options.items() if name != "_id"}
    return [
        {"_id": identity} | {name: _accumulate(heap, spec) for name, spec in fields.items()}
        for identity, heap in heaps.values()
    ]


def _accumulate(heap: Heap, spec: Value) -> Value:
    if not isinstance(spec, dict) or len(spec) != 1:
        raise CommandError(40238, "a $group field must have exactly one accumulator")
    [(name, expression)] = spec.items()
    if name == "$count" or (name == "$sum" and expression == 1):
        return len(heap)
    accumulator = _ACCUMULATORS.get(name)
    if accumulator is None:
        raise CommandError(15952, f"unknown group operator '{name}'")
    return accumulator([evaluate(expression, document) for document in heap])


def _present(values: list[Value]) -> list[Value]:
    return [value for value in values if value is not MISSING]


def _numbers(values: list[Value]) -> list[Value]:
    known = [v.to_decimal() if isinstance(v, Decimal128) else v for v in values]
    return [v for v in known if engine.is_number(v)]


def _sum(values: list[Value]) -> Value:
    return engine.mongomock_sum(_present(values))


def _average(values: list[Value]) -> Value:
    numbers = _numbers(values)
    return sum(numbers) / len(numbers) if numbers else None


def _extreme(choose: Callable[..., Value]) -> Accumulator:
    def pick(values: list[Value]) -> Value:
        known = [value for value in _present(values) if value is not None]
        return choose(known, key=key_of, default=None)

    return pick


def _distinct(values: list[Value]) -> list[Value]:
    return list({key_of(value): value for value in _present(values)}.values())


def _merge(values: list[Value]) -> Document:
    merged: Document = {}
    for value in _present(values):
        merged.update(value or {})
    return merged


def _at(position: int) -> Accumulator:
    def pick(values: list[Value]) -> Value:
        return None if values[position] is MISSING else values[position]

    return pick


def _deviation(freedom: int) -> Accumulator:
    def deviate(values: list[Value]) -> float | None:
        numbers = [float(number) for number in _numbers(values)]
        if len(numbers) <= freedom:
            return None
        mean = sum(numbers) / len(numbers)
        squares = sum((number - mean) ** 2 for number in numbers)
        return float((squares / (len(numbers) - freedom)) ** 0.5)

    return deviate


_ACCUMULATORS: Final[dict[str, Accumulator]] = {
    "$addToSet": _distinct,
    "$avg": _average,
    "$first": _at(0),
    "$last": _at(-1),
    "$max": _extreme(max),
    "$mergeObjects": _merge,
    "$min": _extreme(min),
    "$push": _present,
    "$stdDevPop": _deviation(0),
    "$stdDevSamp": _deviation(1),
    "$sum": _sum,
}
