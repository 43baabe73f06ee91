"""Who may judge at the same time, and what happens while nobody can."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ASK_SECONDS = 1.0  # between two questions to an engine that does not answer
WAITS = (
    "The Docker engine does not answer; grading waits for it. Ctrl-C ends it, and loses nothing."
)
GOES_ON = "The Docker engine answers again; grading goes on."


class Turns:
    """Several judge at once, or one alone: who could not be judged in company has the machine."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._judging = 0
        self._alone = 0  # who judges alone, or waits to

    @contextmanager
    def together(self) -> Iterator[None]:
        """Judge beside others."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._judging += 1
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Judge while nobody else does."""
        with self._changed:
            self._alone += 1
            self._changed.wait_for(lambda: not self._judging)
            self._judging += 1
        try:
            yield
        finally:
            with self._changed:
                self._alone -= 1
            self._leave()

    def _leave(self) -> None:
        with self._changed:
            self._judging -= 1
            self._changed.notify_all()


class EngineWatch:
    """Waits for an engine that went away, and says so once for all who wait.

    Args:
        answers: Whether it answers now.
        tell: Shows a person a line.
        pause: Seconds between two questions.
    """

    def __init__(
        self,
        answers: Callable[[], bool],
        tell: Callable[[str], None],
        pause: float = ASK_SECONDS,
    ) -> None:
        self._answers = answers
        self._tell = tell
        self._pause = pause
        self._lock = threading.Lock()
        self._came_back = 0.0  # when it did, the last time

    def wait(self, since: float) -> bool:
        """Return once it answers; whether it was away at any moment since then.

        Args:
            since: On the monotonic clock.
        """
        with self._lock:
            if not self._answers():
                self._tell(WAITS)
                while not self._answers():
                    time.sleep(self._pause)
                self._tell(GOES_ON)
                self._came_back = time.monotonic()
            return self._came_back >= since
