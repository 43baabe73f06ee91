"""A trigger's arguments as people type them, made into the types of their defaults."""

import json
import shlex
from collections.abc import Callable, Iterable, Mapping

from course.errors import UsageError
from course.model.json import JSON
from course.model.lesson import Trigger
from course.model.nearest import did_you_mean

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def typed(trigger: Trigger, given: Mapping[str, str]) -> dict[str, JSON]:
    """The arguments with the types of the parameters' defaults; raises UsageError."""
    parameters = {parameter.name: parameter for parameter in trigger.parameters}
    arguments: dict[str, JSON] = {}
    for name, text in given.items():
        if name not in parameters:
            raise UsageError(f"'{trigger.id}' has no parameter '{name}'.", _known(name, parameters))
        arguments[name] = _value(f"{trigger.id}:{name}", text, parameters[name].default)
    return arguments


def split_pairs(text: str, separator: str) -> dict[str, str]:
    """`worker=2,hard=yes` as names and texts; raises UsageError for a piece without `=`."""
    return _pairs(text.split(separator))


def split_words(text: str) -> dict[str, str]:
    """`worker=2 who="one network"`, as a lesson's text has it: quotes hold a value together."""
    try:
        return _pairs(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"A quotation mark is missing in: {text}") from error


def _pairs(pieces: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for piece in filter(None, (piece.strip() for piece in pieces)):
        name, equals, value = piece.partition("=")
        if not equals or not name:
            raise UsageError(f"'{piece}' is not NAME=VALUE.", "As in crash:worker=2")
        if name in pairs:
            raise UsageError(f"'{name}' is given twice.")
        pairs[name] = value
    return pairs


def _known(name: str, parameters: Mapping[str, object]) -> str:
    if not parameters:
        return "It takes none."
    return did_you_mean(name, parameters) or f"Its parameters: {', '.join(parameters)}."


def _value(where: str, text: str, default: JSON) -> JSON:
    read, wanted = _reader(default)
    try:
        return read(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not {wanted}, as '{where}' wants.") from error


def _reader(default: JSON) -> tuple[Callable[[str], JSON], str]:
    if isinstance(default, bool):
        return _truth, "yes or no"
    if isinstance(default, int):
        return int, "a whole number"
    if isinstance(default, float):
        return _finite, "a number"
    if isinstance(default, str):
        return str, "text"
    return json.loads, "a JSON value"


def _truth(text: str) -> bool:
    if text.lower() not in (*_TRUE, *_FALSE):
        raise ValueError(text)
    return text.lower() in _TRUE


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0:  # an infinity, or not a number: neither crosses the wire
        raise ValueError(text)
    return value
