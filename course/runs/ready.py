"""Sandboxes for checks: opened while nobody waits for them, closed without anybody waiting."""

import contextlib
import secrets
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from course.errors import SandboxError, SandboxLost
from course.model.lesson import Exercise
from course.runs.ports import Sandboxes, Session

PING_SECONDS = 10.0
CLOSE_SECONDS = 5.0  # an engine that is frozen removes nothing, however long it is waited for
SEED_BITS = 32

Opening = Future[Session]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Sessions that are being opened, or have been, for a check to come."""

    exercise: str
    seed: int
    openings: tuple[Opening, ...]

    def fits(self, exercise: Exercise, seed: int | None, count: int) -> bool:
        """Whether they may be used for this; a check without a seed takes the one they have."""
        wanted = (exercise.slug, count)
        return wanted == (self.exercise, len(self.openings)) and seed in {None, self.seed}

    def is_alive(self) -> bool:
        """Whether all of them were opened and still answer (waits for them)."""
        return all(map(_is_alive, self.openings))


class ReadySandboxes:
    """Fresh sessions, for one check each; safe from any thread.

    Args:
        sandboxes: Opens them.
    """

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._lock = threading.Lock()
        self._next: Ahead | None = None
        self._closing: list[threading.Thread] = []
        self._is_closed = False

    def prepare(self, exercise: Exercise, seed: int | None = None, count: int = 1) -> None:
        """Open what the next check needs in the background; returns at once.

        Args:
            exercise: What will be checked.
            seed: Of that check; drawn now when it is free.
            count: How many sessions it will want.
        """
        with self._lock:
            if self._is_closed or (self._next and self._next.fits(exercise, seed, count)):
                return
            openings = tuple(Opening() for _ in range(count))
            before, self._next = self._next, Ahead(exercise.slug, _drawn(seed), openings)
            ahead = self._next
        threading.Thread(
            target=self._open_all, args=(exercise, ahead), name="check-ahead", daemon=True
        ).start()
        self._drop(before)

    def take(
        self, exercise: Exercise, seed: int | None = None, count: int = 1
    ) -> tuple[list[Session], int]:
        """Sessions that nobody has used, the prepared ones if they fit; and the check's seed."""
        with self._lock:
            before, self._next = self._next, None
        if before is not None and before.fits(exercise, seed, count) and before.is_alive():
            return [opening.result() for opening in before.openings], before.seed
        self._drop(before)
        seed = _drawn(seed)
        return self._opened(exercise, seed, count), seed

    def end(self, session: Session) -> None:
        """Close a session; returns at once."""
        closing = threading.Thread(target=session.close, name="check-end", daemon=True)
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

    def _opened(self, exercise: Exercise, seed: int, count: int) -> list[Session]:
        """All of them, or none."""
        ahead = Ahead(exercise.slug, seed, tuple(Opening() for _ in range(count)))
        self._open_all(exercise, ahead, warm=False)
        failed = next(filter(None, (opening.exception() for opening in ahead.openings)), None)
        if failed is not None:
            self._drop(ahead)
            raise failed
        return [opening.result() for opening in ahead.openings]

    def _open_all(self, exercise: Exercise, ahead: Ahead, *, warm: bool = True) -> None:
        others = [
            threading.Thread(target=self._open, args=(exercise, ahead.seed, opening, warm))
            for opening in ahead.openings[1:]
        ]
        for thread in others:
            thread.start()
        self._open(exercise, ahead.seed, ahead.openings[0], warm)
        for thread in others:
            thread.join()

    def _open(self, exercise: Exercise, seed: int, opening: Opening, warm: bool) -> None:
        try:
            session = self._sandboxes.open_for_check(exercise, seed)
            if warm:
                with contextlib.suppress(SandboxLost):  # the check will notice
                    session.request("restart", seconds=PING_SECONDS)  # starts the runner
            opening.set_result(session)
        except Exception as error:  # noqa: BLE001  whoever waits for it must hear of it
            opening.set_exception(error)

    def _drop(self, before: Ahead | None) -> None:
        """Close sessions that nobody will use, now or as soon as they are open."""
        for opening in before.openings if before is not None else ():
            opening.add_done_callback(self._end_opened)

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
