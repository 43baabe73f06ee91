"""A database whose reads and writes do not fail: what cannot be on disk waits in memory for it."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from course.errors import StorageError
from course.storage.database import Act, Database
from course.storage.sqlite import transaction

T = TypeVar("T")
FAULTS_OF_OURS = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
RETRY_SECONDS = 2.0  # between two looks whether the file can be used again


class Lasting:
    """One learner's data: on disk as long as that works, in memory meanwhile.

    Args:
        database: The file.
        clock: Seconds that go on.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.RLock()
        self._first = database.content()
        self._acts: list[Act[object]] = []  # since then, and since the good copy was made
        self._saved = 0  # so many of them are on disk
        self._memory: sqlite3.Connection | None = None  # in the place of the file
        self._retry_at = 0.0

    @property
    def notices(self) -> tuple[str, ...]:
        """What the learner should know, oldest first; looks whether the file works again."""
        with self._lock:
            self._regain()
            return tuple(self._database.notices)

    def read(self, act: Act[T]) -> T:
        """Look something up."""
        with self._lock:
            self._regain()
            if self._memory is None:
                try:
                    return self._database.read(act)
                except StorageError as error:
                    self._memory = self._fallen_back(error)
            return act(self._memory)

    def write(self, act: Act[T]) -> T:
        """Change something: all of it happens, or nothing."""
        with self._lock:
            self._regain()
            if self._memory is None:
                try:
                    result = self._database.write(act)
                except StorageError as error:
                    self._memory = self._fallen_back(error)
                else:
                    self._acts.append(act)
                    self._saved = len(self._acts)
                    return result
            with transaction(self._memory):
                result = act(self._memory)
            self._acts.append(act)
            return result

    def close(self) -> None:
        """Write what still waits, or say that it is lost; keep a good copy."""
        with self._lock:
            self._retry_at = 0.0
            self._regain()
            waiting = len(self._acts) - self._saved
            if self._memory is not None and waiting:
                self._database.notices.append(
                    f"{waiting} {'changes' if waiting > 1 else 'change'} of your progress could "
                    f"not be saved ({self._database.path})."
                )
            self._database.keep_copy()
            self._first, self._acts, self._saved = self._database.content(), [], 0

    def _fallen_back(self, error: StorageError) -> sqlite3.Connection:
        """All that is known, in memory; raises what no other place would change."""
        if self._database.is_newer or isinstance(error.__cause__, FAULTS_OF_OURS):
            raise error
        self._database.notices.append(
            f"{error.summary} What you do is kept, and saved as soon as it can be."
        )
        self._retry_at = self._clock() + RETRY_SECONDS
        memory, is_whole = self._database.in_memory(self._first)
        with transaction(memory):
            for act in [] if is_whole else self._acts:
                act(memory)
        return memory

    def _regain(self) -> None:
        if self._memory is None or self._clock() < self._retry_at:
            return
        self._retry_at = self._clock() + RETRY_SECONDS
        with contextlib.suppress(StorageError):
            self._database.take_back(self._memory, self._acts[self._saved :])
            self._memory.close()
            self._memory, self._saved = None, len(self._acts)
            self._database.notices.append("Your progress is saved again.")
