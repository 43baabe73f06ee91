"""Sandboxes for checks: opened while nobody waits for them, closed without anybody waiting."""

import contextlib
import threading
from concurrent.futures import Future

from course.errors import SandboxError, SandboxLost
from course.model.lesson import Exercise
from course.runs.ports import Sandboxes, Session

PING_SECONDS = 10.0
CLOSE_SECONDS = 20.0

Opening = Future[Session]


class ReadySandboxes:
    """Fresh sessions, one for each check; safe from any thread.

    Args:
        sandboxes: Opens them.
    """

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._lock = threading.Lock()
        self._next: tuple[str, Opening] | None = None
        self._closing: list[threading.Thread] = []
        self._is_closed = False

    def prepare(self, exercise: Exercise) -> None:
        """Open one for the next check in the background; returns at once."""
        with self._lock:
            if self._is_closed or (self._next and self._next[0] == exercise.slug):
                return
            before, opening = self._next, Opening()
            self._next = (exercise.slug, opening)
        threading.Thread(
            target=self._open, args=(exercise, opening), name="check-ahead", daemon=True
        ).start()
        self._drop(before)

    def take(self, exercise: Exercise) -> Session:
        """A session that nobody has used; the prepared one if it is for this exercise."""
        with self._lock:
            before, self._next = self._next, None
        if before is not None and before[0] == exercise.slug and _is_alive(before[1]):
            return before[1].result()
        self._drop(before)
        return self._sandboxes.open_for_check(exercise)

    def end(self, session: Session) -> None:
        """Close a session; returns at once."""
        closing = threading.Thread(target=session.close, name="check-end")
        with self._lock:
            self._closing = [thread for thread in self._closing if thread.is_alive()]
            self._closing.append(closing)
            closing.start()

    def close(self) -> None:
        """Close what is open, and wait for it; idempotent."""
        with self._lock:
            self._is_closed = True
            before, self._next = self._next, None
        self._drop(before)
        with self._lock:
            closing = list(self._closing)
        for thread in closing:
            thread.join(CLOSE_SECONDS)

    def _open(self, exercise: Exercise, opening: Opening) -> None:
        try:
            session = self._sandboxes.open_for_check(exercise)
            with contextlib.suppress(SandboxLost):  # the check will notice
                session.request("restart", seconds=PING_SECONDS)  # starts the runner
            opening.set_result(session)
        except Exception as error:  # noqa: BLE001  whoever waits for it must hear of it
            opening.set_exception(error)

    def _drop(self, before: tuple[str, Opening] | None) -> None:
        """Close a session that nobody will use, now or as soon as it is open."""
        if before is not None:
            before[1].add_done_callback(self._end_opened)

    def _end_opened(self, opening: Opening) -> None:
        if opening.exception() is None:
            self.end(opening.result())


def _is_alive(opening: Opening) -> bool:
    """Whether it was opened at all, and has not reached its deadline meanwhile."""
    if opening.exception() is not None:
        return False
    with contextlib.suppress(SandboxError):
        opening.result().request("ping", seconds=PING_SECONDS)
        return True
    return False
