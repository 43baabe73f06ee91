"""What a program prints: read as fast as it prints, and little of it kept and told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 64 * 1024
BREATH_SECONDS = 0.005  # in which a chatty program fills its pipe, and takes no processor of ours
LONGEST_LINE = 2_000
KEPT_LINES = 20
TOLD_PER_SECOND = 20


class Printed(Protocol):
    """The stream of a program, as `subprocess.Popen` has it, and the agent for a submission."""

    def read1(self, size: int, /) -> bytes:
        """What is there, once something is; empty at the end."""

    def close(self) -> None:
        """Read no more."""


class Printing:
    """Drains what a program and those after it in its place print, whatever and however much.

    Args:
        tell: Told about each line, as far as there are not too many in a second; how many were
            left out follows.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._tail: list[str] = []
        self._second = 0
        self._told = 0
        self._left_out = 0

    @property
    def tail(self) -> str:
        """The last lines."""
        return "\n".join(self._tail)

    def drain(self, output: Printed) -> None:
        """To its end, which comes when nobody holds the other end any more."""
        rest = b""  # the beginning of a line that has not ended yet
        try:
            while data := output.read1(CHUNK):
                *lines, rest = (rest + data).split(b"\n")
                rest = rest[:LONGEST_LINE]
                self._lines(lines)
                time.sleep(BREATH_SECONDS)
        finally:
            output.close()
            self._lines([rest] if rest else [])
            self._tell_what_was_left_out()

    def _lines(self, lines: list[bytes]) -> None:
        self._new_second()
        room = TOLD_PER_SECOND - self._told
        for line in lines[:room]:
            self._tell(_text(line))
        self._told += min(len(lines), room)
        self._left_out += max(len(lines) - room, 0)
        self._tail = [*self._tail, *map(_text, lines[-KEPT_LINES:])][-KEPT_LINES:]

    def _new_second(self) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._tell_what_was_left_out()
            self._second, self._told = second, 0

    def _tell_what_was_left_out(self) -> None:
        if self._left_out:
            self._tell(f"… {self._left_out} lines more")
            self._left_out = 0


def _text(line: bytes) -> str:
    return line[:LONGEST_LINE].decode(errors="backslashreplace").rstrip()
