"""The course's end of the wire: JSON lines, strictly read."""

import json
from typing import cast

from course.errors import WireBroken
from course.model.json import JSON, Fields

VERSION = 1
LARGEST_COMMAND = 1 << 20  # bytes, towards the agent
LARGEST_ANSWER = 256 << 10  # bytes, from it


class Lines:
    """Cuts a byte stream into lines, however its chunks fall."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that are complete now; raises WireBroken for one that grows too long."""
        self._rest += chunk
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        if any(len(line) > LARGEST_ANSWER for line in (*lines, rest)):
            raise WireBroken(f"The agent sent a line of more than {LARGEST_ANSWER} bytes.")
        return [line for line in lines if line]


def frame(fields: Fields) -> bytes:
    """One command as a line; raises WireBroken when it is too large."""
    line = json.dumps(fields, allow_nan=False, separators=(",", ":")).encode() + b"\n"
    if len(line) > LARGEST_COMMAND:
        raise WireBroken(f"A command of {len(line)} bytes; the largest is {LARGEST_COMMAND}.")
    return line


def parse(line: bytes) -> Fields:
    """One answer or event; raises WireBroken for what is not a JSON object."""
    try:
        value = json.loads(line, parse_constant=_refuse, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise WireBroken(f"The agent sent something that is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise WireBroken("The agent sent something that is not a JSON object.")
    return cast("Fields", value)


def _refuse(name: str) -> JSON:
    raise ValueError(f"{name} is not JSON")


def _no_duplicates(pairs: list[tuple[str, JSON]]) -> Fields:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key occurs twice")
    return fields
