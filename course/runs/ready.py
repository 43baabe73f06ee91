"""Sandboxes for checks: opened while nobody waits for them, closed without anybody waiting."""

import contextlib
import secrets
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from course.errors import SandboxError, SandboxLost
from course.model.lesson import Exercise
from course.runs.ports import Sandboxes, Session

PING_SECONDS = 10.0
CLOSE_SECONDS = 20.0
SEED_BITS = 32

Opening = Future[Session]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A session that is being opened, or has been, for a check to come."""

    exercise: str
    seed: int
    opening: Opening = field(default_factory=Opening)

    def fits(self, exercise: Exercise, seed: int | None) -> bool:
        """Whether it may be used for this; a check without a seed takes the one it has."""
        return self.exercise == exercise.slug and seed in {None, self.seed}


class ReadySandboxes:
    """Fresh sessions, one for each check; safe from any thread.

    Args:
        sandboxes: Opens them.
    """

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._lock = threading.Lock()
        self._next: Ahead | None = None
        self._closing: list[threading.Thread] = []
        self._is_closed = False

    def prepare(self, exercise: Exercise, seed: int | None = None) -> None:
        """Open one for the next check in the background; returns at once.

        Args:
            exercise: What will be checked.
            seed: Of that check; drawn now when it is free.
        """
        with self._lock:
            if self._is_closed or (self._next and self._next.fits(exercise, seed)):
                return
            before, self._next = self._next, Ahead(exercise.slug, _drawn(seed))
            ahead = self._next
        threading.Thread(
            target=self._open, args=(exercise, ahead), name="check-ahead", daemon=True
        ).start()
        self._drop(before)

    def take(self, exercise: Exercise, seed: int | None = None) -> tuple[Session, int]:
        """A session that nobody has used, the prepared one if it fits; and the check's seed."""
        with self._lock:
            before, self._next = self._next, None
        if before is not None and before.fits(exercise, seed) and _is_alive(before.opening):
            return before.opening.result(), before.seed
        self._drop(before)
        seed = _drawn(seed)
        return self._sandboxes.open_for_check(exercise, seed), seed

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

    def _open(self, exercise: Exercise, ahead: "Ahead") -> None:
        opening = ahead.opening
        try:
            session = self._sandboxes.open_for_check(exercise, ahead.seed)
            with contextlib.suppress(SandboxLost):  # the check will notice
                session.request("restart", seconds=PING_SECONDS)  # starts the runner
            opening.set_result(session)
        except Exception as error:  # noqa: BLE001  whoever waits for it must hear of it
            opening.set_exception(error)

    def _drop(self, before: "Ahead | None") -> None:
        """Close a session that nobody will use, now or as soon as it is open."""
        if before is not None:
            before.opening.add_done_callback(self._end_opened)

    def _end_opened(self, opening: Opening) -> None:
        if opening.exception() is None:
            self.end(opening.result())


def _drawn(seed: int | None) -> int:
    return secrets.randbits(SEED_BITS) if seed is None else seed


def _is_alive(opening: Opening) -> bool:
    """Whether it was opened at all, and has not reached its deadline meanwhile."""
    if opening.exception() is not None:
        return False
    with contextlib.suppress(SandboxError):
        opening.result().request("ping", seconds=PING_SECONDS)
        return True
    return False
