"""The wire between the course and a forked judge: strict JSON lines that carry the run's nonce."""

import json
import math
import socket
import time
from contextlib import suppress
from typing import cast

from course.model.json import JSON, Fields

LARGEST = 1000 * 1024  # bytes of a line: what a test asks, which goes on over the wire's 1 MiB
DEEPEST = 64
NESTS = (list, dict)
SLICE_SECONDS = 0.5  # of a wait, between two looks at the clock


class Broken(Exception):
    """The other end sent what it may not send, or is gone."""


class Unsendable(Broken):
    """A message that this wire does not carry; nothing was sent, and the next one may be."""


class Late(Exception):
    """Nothing came in time."""


class Channel:
    """One end of it.

    Args:
        end: Of a socket pair; the channel owns it.
        nonce: What every message of this run carries.
    """

    def __init__(self, end: socket.socket, nonce: str) -> None:
        self._socket = end
        self._nonce = nonce
        self._unread = b""

    def send(self, kind: str, **fields: JSON) -> None:
        """Send a message; raises Unsendable when it is none, Broken when nobody is there."""
        line = _frame({"nonce": self._nonce, "kind": kind, **fields})
        try:
            self._socket.sendall(line.encode() + b"\n")
        except OSError as error:
            raise Broken("the judge is gone") from error

    def receive(self, seconds: float | None = None) -> tuple[str, Fields]:
        """The next message: its kind and its fields.

        Raises:
            Late: None came in so many seconds, of those in which we ran.
            Broken: It is not what this wire carries, or there will be none.
        """
        fields = parse(self._line(seconds))
        kind = fields.pop("kind", None)
        if fields.pop("nonce", None) != self._nonce or not isinstance(kind, str):
            raise Broken("a message that is not of this run")
        return kind, fields

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _line(self, seconds: float | None) -> bytes:
        left = seconds
        while b"\n" not in self._unread:
            if len(self._unread) > LARGEST:
                raise Broken("a line without end")
            if left is not None and left <= 0:
                raise Late
            started = time.monotonic()
            with suppress(Late):
                self._unread += self._read(None if left is None else min(left, SLICE_SECONDS))
            if left is not None:  # we may have been stopped meanwhile: that is not the other's time
                left -= min(time.monotonic() - started, 2 * SLICE_SECONDS)
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _read(self, seconds: float | None) -> bytes:
        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv(1 << 16)
        except TimeoutError as error:
            raise Late from error
        except OSError as error:
            raise Broken("the judge is gone") from error
        finally:
            self._socket.settimeout(None)
        if not data:
            raise Broken("the judge hung up")
        return data


def _frame(fields: Fields) -> str:
    """A line that the other end will take; written as the sandbox writes, so that none grows."""
    try:
        line = json.dumps(fields, allow_nan=False, separators=(",", ":"))
        if "\\ud" in line:
            json.dumps(fields, ensure_ascii=False).encode()  # raises for lone surrogates
    except (TypeError, ValueError, RecursionError) as error:
        raise Unsendable(f"not a JSON value: {str(error)[:200]}") from error
    if len(line) > LARGEST or depth(fields) > DEEPEST:
        raise Unsendable(f"{len(line)} bytes; {LARGEST} of at most {DEEPEST} levels are allowed")
    return line


def parse(line: bytes) -> Fields:
    """One JSON object, refusing what two readers could understand differently."""
    try:
        text = line.decode()
        found = json.loads(
            text,
            parse_constant=_refuse,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
        if "\\u" in text:  # lone surrogates hide in escapes
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Broken(f"not strict JSON: {str(error)[:200]}") from error
    if not isinstance(found, dict) or depth(found) > DEEPEST:
        raise Broken("not a JSON object of at most 64 levels")
    return cast("Fields", found)


def depth(value: JSON) -> int:
    """How many levels of lists and objects there are."""
    levels, layer = 0, [value]
    while layer := [one for one in layer if one and isinstance(one, NESTS)]:
        levels += 1
        parts = (one.values() if isinstance(one, dict) else one for one in layer)
        layer = [part for some in parts for part in some if isinstance(part, NESTS)]
    return levels


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is out of range")
    return number


def _unique(pairs: list[tuple[str, JSON]]) -> Fields:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found
