"""How long each call to an engine may take: a bound for each, where its driver has one for all."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any


class Patience(threading.local):
    """Calls of several threads go on at once, each with a bound of its own.

    Args:
        usual: Seconds for a call that nothing else is said about.
    """

    def __init__(self, usual: float) -> None:
        self._usual = usual
        self._seconds: float | None = usual

    @contextlib.contextmanager
    def __call__(self, seconds: float | None) -> Iterator[None]:
        """Within this, a call may take so long; None for as long as it likes."""
        self._seconds = seconds
        try:
            yield
        finally:
            self._seconds = self._usual

    def bound(self, options: dict[str, Any]) -> dict[str, Any]:
        """The options of a request, with its bound unless they have one."""
        options.setdefault("timeout", self._seconds)
        return options
