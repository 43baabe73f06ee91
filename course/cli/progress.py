"""How far a long job is, on stderr: a bar on a terminal, plain lines elsewhere."""

import os
import sys
import time

from course.cli.output import explain
from course.model.untrusted import clean_line

BAR = 24
EVERY_SECONDS = 0.1  # between two drawings
HOUR, MINUTE = 3600, 60


class Progress:
    """Counts to a total.

    Args:
        total: How many steps there are.
        done: How many of them were done before.
    """

    def __init__(self, total: int, done: int = 0) -> None:
        self._total = total
        self._done = self._before = done
        self._started = self._drawn = time.monotonic()
        self._is_drawn = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def step(self, what: str) -> None:
        """One more is done."""
        self._done += 1
        if not self._is_drawn:
            explain(f"{self._done}/{self._total} {clean_line(what)}")
            return
        now = time.monotonic()
        if now - self._drawn >= EVERY_SECONDS or self._done == self._total:
            self._drawn = now
            self._draw(f"{self._bar()} {self._left(now)}")

    def close(self) -> None:
        """Leave the line."""
        if self._is_drawn:
            self._draw("")

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{clean_line(text)}")
        sys.stderr.flush()

    def _bar(self) -> str:
        filled = BAR * self._done // max(1, self._total)
        return f"[{'#' * filled}{'.' * (BAR - filled)}] {self._done}/{self._total}"

    def _left(self, now: float) -> str:
        new = self._done - self._before
        seconds = (now - self._started) / max(1, new) * (self._total - self._done)
        return f"about {spoken(seconds)} left"


def interrupt(text: str) -> None:
    """Say something while a bar is drawn; it goes on below."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    explain(text)


def spoken(seconds: float) -> str:
    """A duration as people say it."""
    if seconds >= HOUR:
        return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:.0f} min"
    if seconds >= MINUTE:
        return f"{seconds // MINUTE:.0f} min {seconds % MINUTE:.0f} s"
    return f"{seconds:.0f} s"
