"""The only values that leave the learner's process, and the strict reading of them."""

from __future__ import annotations

import json
import math

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

LARGEST = 240 * 1024  # bytes of one value as it is written: a line of the wire has 256 KiB
DEEPEST = 60  # the wire allows 64, with what is around the value
MOST_PARTS = LARGEST // 2  # every part takes two bytes at least: stops a small value that unfolds
ENVELOPE = 8  # levels around a value in the learner's line

_PLAIN_BYTES = bytes(set(range(256)) - set(b"[]{}"))


class NotCarried(Exception):
    """The value is none that may cross; the text says why, to the learner."""


class BadFrame(Exception):
    """The bytes are not one strict JSON object."""


def compact(value: object) -> str:
    """As everything that goes over the wire is written: what is measured is what is sent."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def encode(value: object) -> str:
    """A learner's value as JSON text; tuples become lists, as `json` has it."""
    try:
        text = compact(_plain(value, 0, [0]))
    except (TypeError, ValueError) as error:  # an integer of more than 4300 digits, say
        raise NotCarried(f"the answer cannot be written as JSON: {error}") from error
    _measure(text)
    return text


def weigh(value: JSON) -> None:
    """Refuse a value that was read as one that would be sent is refused.

    It may be longer than it came: `1e9` is written `1000000000.0`, and any letter but the English
    ones as an escape.
    """
    _measure(compact(value))


def _measure(text: str) -> None:
    if len(text) > LARGEST:
        raise NotCarried(f"the answer is {len(text)} bytes long; {LARGEST} are allowed")
    if _depth(text) > DEEPEST:
        raise NotCarried(f"the answer is nested more than {DEEPEST} deep")


def _plain(value: object, depth: int, parts: list[int]) -> JSON:
    parts[0] += 1
    if parts[0] > MOST_PARTS:
        raise NotCarried(f"the answer has more than {MOST_PARTS} parts")
    if depth > DEEPEST:
        raise NotCarried(f"the answer is nested more than {DEEPEST} deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return [_plain(part, depth + 1, parts) for part in value]
    if isinstance(value, dict):
        return {_key(key): _plain(part, depth + 1, parts) for key, part in value.items()}
    return _scalar(value)


def _scalar(value: object) -> JSON:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotCarried(f"the answer contains {float(value)!r}, which JSON does not have")
        return float(value)
    raise NotCarried(
        f"the answer contains a {type(value).__name__[:80]}; "
        "only None, bool, int, float, str, list and dict can be sent"
    )


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise NotCarried(f"a dict in the answer has the key {key!r:.80}; keys must be str")
    return _text(key)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCarried("the answer contains half a character (a lone surrogate)") from error
    return str(value)


def decode(line: bytes) -> dict[str, JSON]:
    """Read one object, refusing whatever two readers could understand differently."""
    try:
        text = line.decode()
        if _depth(text) > DEEPEST + ENVELOPE:
            raise BadFrame("nested too deep")
        found = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
        if "\\u" in text:  # lone surrogates hide in escapes
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not strict JSON: {str(error)[:200]}") from error
    if not isinstance(found, dict):
        raise BadFrame("not a JSON object")
    return found


def _depth(text: str) -> int:
    """How deep brackets are nested outside strings; each byte is looked at a few times at most.

    Text that is no JSON gets at least the depth that its reader meets before it stops.
    """
    plain = text.replace("\\\\", "").replace('\\"', "")  # what is left of escapes ends no string
    outside = "".join(plain.split('"')[::2])
    deepest = depth = 0
    for bracket in outside.encode().translate(None, _PLAIN_BYTES):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is out of range")
    return number


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found
