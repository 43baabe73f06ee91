"""The variables of a command's `let`, put in place before anything is evaluated."""

from collections.abc import Mapping

from mongo.document import Value
from mongo.query.paths import MISSING, plain_value

Variables = Mapping[str, Value]


def bind_filter(query: Value, variables: Variables) -> Value:
    """Replace variables in a filter, where they mean something only below `$expr`."""
    if not variables:
        return query
    if isinstance(query, list):
        return [bind_filter(part, variables) for part in query]
    if not isinstance(query, dict):
        return query
    return {
        name: bind(part, variables) if name == "$expr" else bind_filter(part, variables)
        for name, part in query.items()
    }


def bind(expression: Value, variables: Variables) -> Value:
    """Replace `$$name` and `$$name.field` by what the variables hold."""
    if not variables:
        return expression
    if isinstance(expression, str) and expression.startswith("$$"):
        return _value_of(expression, variables)
    if isinstance(expression, list):
        return [bind(part, variables) for part in expression]
    if not isinstance(expression, dict) or "$literal" in expression:
        return expression
    return {
        name: bind_filter(part, variables) if name == "$match" else bind(part, variables)
        for name, part in expression.items()
    }


def _value_of(expression: str, variables: Variables) -> Value:
    name, _, path = expression[2:].partition(".")
    if name not in variables:
        return expression
    value = variables[name]
    if path:
        value = plain_value(value, path) if isinstance(value, dict) else MISSING
    return {"$literal": None if value is MISSING else value}
