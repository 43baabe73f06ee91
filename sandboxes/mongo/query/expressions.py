"""Aggregation expressions: mongomock's parser, and the operators it does not have."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from mongo.document import Value
from mongo.errors import CommandError
from mongo.query import engine, order
from mongo.query.expression_operators import MORE_OPERATORS
from mongo.query.paths import MISSING

_COMPARISONS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "$eq": lambda a, b: a == b,
    "$ne": lambda a, b: a != b,
    "$gt": lambda a, b: a > b,
    "$gte": lambda a, b: a >= b,
    "$lt": lambda a, b: a < b,
    "$lte": lambda a, b: a <= b,
    "$cmp": lambda a, b: (a > b) - (a < b),
}
_PAIR: Final = 2
_NO_KEY: Final = (0, 0)


class Expressions(engine.MongomockParser):  # type: ignore[misc]  # it has no types
    """Evaluates expressions on one document; a missing field is a KeyError inside."""

    def parse(self, expression: Value) -> Value:
        """Evaluate an expression; every element of an array is one too."""
        if isinstance(expression, list):
            return [self.value(part) for part in expression]
        if expression == "$$NOW":
            return engine.mongomock.utcnow()
        if expression == "$$REMOVE":
            raise KeyError(expression)
        if isinstance(expression, dict) and len(expression) == 1:
            [(name, argument)] = expression.items()
            if name in _COMPARISONS:
                return self._compared(name, argument)
            if name in MORE_OPERATORS:
                return MORE_OPERATORS[name](self, argument)
            if name in ("$add", "$subtract"):
                return self._date_sum(name, argument)
        return super().parse(expression)

    def value(self, expression: Value, default: Value = None) -> Value:
        """Evaluate, and take a missing field for the default."""
        try:
            return self.parse(expression)
        except KeyError:
            return default

    def _compared(self, name: str, argument: Value) -> Value:
        if not isinstance(argument, list) or len(argument) != _PAIR:
            raise CommandError(16020, f"Expression {name} takes exactly 2 arguments")
        left, right = (self.value(part, MISSING) for part in argument)
        keys = (_NO_KEY if part is MISSING else order.key_of(part) for part in (left, right))
        return _COMPARISONS[name](*keys)

    def _date_sum(self, name: str, argument: Value) -> Value:
        parts = [self.value(part) for part in argument] if isinstance(argument, list) else []
        dates = [part for part in parts if isinstance(part, datetime)]
        if len(dates) != 1 or None in parts:
            return super().parse({name: argument})
        sign = 1 if name == "$add" else -1
        moved = sum(part for part in parts if not isinstance(part, datetime))
        return dates[0] + sign * timedelta(milliseconds=moved)


def evaluate(
    expression: Value, document: dict[str, Value], ignore_missing_keys: bool = True
) -> Value:
    """Evaluate an expression on a document; MISSING where a field it names is not there."""
    try:
        return Expressions(document, ignore_missing_keys=ignore_missing_keys).parse(expression)
    except KeyError:
        return MISSING


def _evaluate_in_filter(
    expression: Value, document: dict[str, Value], ignore_missing_keys: bool = False
) -> Value:
    found = evaluate(expression, document, ignore_missing_keys)
    return engine.mongomock.helpers.mongodb_to_bool(None if found is MISSING else found)


engine.use_parser(Expressions)
engine.filtering.register_parse_expression(_evaluate_in_filter)
