"""The agent's end of the wire: strict JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import threading

from runner.values import compact

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from typing import IO, Any

VERSION = 1
LARGEST_COMMAND = 1 << 20  # bytes
LARGEST_ANSWER = 256 << 10
DEEPEST = 64
NESTS = (list, dict)


class WireError(Exception):
    """A line that is not the wire."""


def parse(line: bytes) -> dict[str, Any]:
    """One command; raises WireError for anything that is not a JSON object within bounds."""
    if len(line) > LARGEST_COMMAND:
        raise WireError(f"a line of {len(line)} bytes; the longest allowed is {LARGEST_COMMAND}")
    try:
        value = json.loads(line, parse_constant=_refuse, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(value, dict) or depth(value) > DEEPEST:
        raise WireError("a command is one JSON object, nested at most 64 deep")
    return value


def depth(value: Any) -> int:
    """How deep lists and objects are nested in a JSON value; 0 for a plain value."""
    levels, layer = 0, [value]
    while layer := [one for one in layer if one and isinstance(one, NESTS)]:
        levels += 1
        parts = (one.values() if isinstance(one, dict) else one for one in layer)
        layer = [part for some in parts for part in some if isinstance(part, NESTS)]
    return levels


class Out:
    """Writes whole lines; safe from any thread."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def event(self, event: dict[str, Any]) -> None:
        """Send one event; what is too much of one is left out, and that is told."""
        try:
            self._write({"event": event})
        except (TypeError, ValueError, RecursionError):
            numbered = {"seq": event["seq"], "t": event["t"]}
            self._write({"event": {**numbered, "kind": "dropped", "count": 1}})

    def value(self, number: int, value: Any) -> None:
        """Answer a command; a value that is no JSON becomes an error."""
        try:
            self._write({"id": number, "value": value})
        except (TypeError, ValueError, RecursionError) as error:
            self.error(number, "lesson", f"the result cannot be sent: {error}")

    def error(self, number: int | None, kind: str, message: str, where: str = "") -> None:
        """Refuse a command."""
        text = message[:4000]
        self._write({"id": number, "error": {"kind": kind, "message": text, "where": where}})

    def _write(self, frame: dict[str, Any]) -> None:
        line = compact(frame).encode()
        if len(line) > LARGEST_ANSWER:
            raise ValueError(f"{len(line)} bytes; the largest allowed is {LARGEST_ANSWER}")
        with self._lock:
            self._stream.write(line + b"\n")
            self._stream.flush()


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key occurs twice")
    return fields
