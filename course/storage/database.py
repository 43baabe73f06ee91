"""A SQLite file that survives: checked when opened, one good copy kept, damage moved aside."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from course.errors import StorageError
from course.storage.atomic import next_to
from course.storage.paths import HINT, make_folder
from course.storage.sqlite import (
    code,
    copy,
    copy_file,
    is_damage,
    table_names,
    transaction,
    value,
)

Health = Literal["absent", "sound", "damaged", "newer"]
WAIT_SECONDS = 2.0
T = TypeVar("T")
Act = Callable[[sqlite3.Connection], T]
"""Something to do to the tables; it may be done again, elsewhere."""
SMALL = 4 << 20  # bytes
APPLICATION = 0x53436C62  # "SClb" in the file's header: this file is ours


class Database:
    """One file, one connection per use; usable from any thread.

    Args:
        path: The file; a copy called `<name>.good` stands beside it.
        steps: SQL scripts; the n-th brings the file from version n to n + 1.
        wait_seconds: How long to wait for another process that is writing.
    """

    def __init__(
        self, path: Path, steps: Sequence[str], *, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self.notices: list[str] = []  # what the learner should know of
        self.is_read_only = False
        self.is_newer = False  # than this version of the course
        self.path = path
        self._good = path.with_name(f"{path.name}.good")
        self._steps = steps
        self._wait_seconds = wait_seconds
        self._prepare()

    def read(self, act: Act[T]) -> T:
        """Look something up; raises StorageError."""
        with self._translated(), contextlib.closing(self._connect("ro")) as connection:
            return act(connection)

    def write(self, act: Act[T]) -> T:
        """A transaction: all of it happens, or nothing; raises StorageError."""
        if self.is_read_only:
            raise StorageError("Your progress cannot be saved: its file is read-only.", HINT)
        with (
            self._translated(),
            contextlib.closing(self._connect("rw")) as connection,
            transaction(connection),
        ):
            return act(connection)

    def content(self) -> bytes:
        """The file as it is now, where it is small enough to be kept in memory; else nothing."""
        with contextlib.suppress(OSError):
            if self.path.stat().st_size <= SMALL:
                return self.path.read_bytes()
        return b""

    def in_memory(self, earlier: bytes) -> tuple[sqlite3.Connection, bool]:
        """The file as it is, else as it was `earlier`, else its good copy, else only the tables.

        Also whether it is the first of these, which has all that was written.
        """
        ways = (
            lambda memory: copy_file(self.path, memory),
            lambda memory: memory.deserialize(earlier),
            lambda memory: copy_file(self._good, memory),
            self._create,
        )
        for way in ways:
            memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            with contextlib.suppress(sqlite3.Error, OSError, MemoryError, ValueError):
                way(memory)
                if self._examine(memory) == "sound":
                    return memory, way is ways[0]
            memory.close()
        raise StorageError("There is not even room in memory for your progress.", HINT)

    def take_back(self, memory: sqlite3.Connection, waiting: Sequence[Act[object]]) -> None:
        """The file can perhaps be used again: do what has waited; raises StorageError.

        A file that is lost or damaged gets what is in memory.
        """
        with self._translated():
            health = self._health()
            if health == "sound" and not self.is_read_only:
                with (
                    contextlib.closing(self._connect("rw")) as connection,
                    transaction(connection),
                ):
                    for act in waiting:
                        act(connection)
            elif health in ("damaged", "absent"):
                with _alone(self.path):
                    self._write_out(memory, is_damaged=health == "damaged")
            else:
                raise StorageError("Your progress cannot be saved: its file is read-only.", HINT)

    def _write_out(self, memory: sqlite3.Connection, *, is_damaged: bool) -> None:
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            with contextlib.closing(sqlite3.connect(draft)) as target:
                memory.backup(target)
            if is_damaged:
                self._set_aside()
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    def keep_copy(self) -> None:
        """Keep the file as it is now as the good copy, when it changed since the last one."""
        if self.is_read_only or not _is_newer(self.path, self._good):
            return
        draft = self._good.with_name(f"{self._good.name}.{os.getpid()}")
        with contextlib.suppress(OSError, sqlite3.Error):  # a copy is a comfort, not a duty
            with (
                contextlib.closing(self._connect("ro")) as source,
                contextlib.closing(sqlite3.connect(draft)) as target,
            ):
                copy(source, target)
            draft.replace(self._good)
        draft.unlink(missing_ok=True)

    def _prepare(self) -> None:
        make_folder(self.path.parent)
        with self._translated():
            if self._health() == "damaged":
                self._mend()
            health = self._health()
            if health == "newer":
                self.is_newer = True
                self._only_read("it was written by a newer version of the course")
            elif health == "sound" and not _is_writable(self.path):
                self._only_read("it cannot be written to")
            else:
                self._bring_up_to_date()
                self.keep_copy()

    def _health(self) -> Health:
        if not self.path.exists():
            return "absent"
        if not self.path.is_file():
            return "damaged"
        if self.path.stat().st_size == 0:  # a whole database to SQLite, a lost one to us
            return "damaged" if self._good.exists() else "absent"
        try:
            with contextlib.closing(self._connect("ro")) as connection:
                # What has not changed since it was copied was whole then, and need not be read.
                return self._examine(connection, whole=_is_newer(self.path, self._good))
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                return "damaged"
            raise

    def _examine(self, connection: sqlite3.Connection, *, whole: bool = True) -> Health:
        if whole and value(connection, "PRAGMA quick_check(1)") != "ok":
            return "damaged"
        if value(connection, "PRAGMA application_id") != APPLICATION:
            return "damaged"  # somebody else's file
        version = int(str(value(connection, "PRAGMA user_version")))
        if version == len(self._steps) and not self._tables <= table_names(connection):
            return "damaged"
        return "newer" if version > len(self._steps) else "sound"

    @cached_property
    def _tables(self) -> set[str]:
        """What has to be there in this version."""
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
            self._create(empty)
            return table_names(empty)

    def _mend(self) -> None:
        """Move the damaged file aside and put the good copy in its place."""
        with _alone(self.path):
            if self._health() != "damaged":
                return  # another process has mended it meanwhile
            told = f"Your progress file was damaged and is kept as {self._set_aside()}."
            if self._good.exists():
                self.path.write_bytes(self._good.read_bytes())
            if self._health() == "sound":
                self.notices.append(f"{told} The last good copy is back in its place.")
            else:
                self.path.unlink(missing_ok=True)
                self.notices.append(f"{told} There was no good copy: progress starts afresh.")

    def _set_aside(self) -> Path:
        """Move what is damaged out of the way; where it lies now."""
        aside = next_to(self.path)
        self.path.rename(aside)
        for leftover in ("-journal", "-wal", "-shm"):  # of the old file; poison for a new one
            self.path.with_name(self.path.name + leftover).unlink(missing_ok=True)
        return aside

    def _only_read(self, why: str) -> None:
        self.is_read_only = True
        self.notices.append(f"Your progress is shown but not saved: {why} ({self.path}).")

    def _bring_up_to_date(self) -> None:
        with contextlib.closing(self._connect("rwc")) as connection:
            self._create(connection)

    def _create(self, connection: sqlite3.Connection) -> None:
        """All tables as they are in this version."""
        if value(connection, "PRAGMA user_version") == len(self._steps):
            return
        with transaction(connection):
            at = int(str(value(connection, "PRAGMA user_version")))
            for script in self._steps[at:]:
                for statement in filter(str.strip, script.split(";")):
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {len(self._steps)}")

    def _connect(self, mode: Literal["ro", "rw", "rwc"]) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.as_uri()}?mode={mode}",
            uri=True,
            timeout=self._wait_seconds,
            isolation_level=None,
        )

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._told(error) from error
        except OSError as error:
            raise StorageError(
                f"Your progress ({self.path}) cannot be read: {error.strerror}.", HINT
            ) from error

    def _told(self, error: sqlite3.Error) -> StorageError:
        if code(error) == sqlite3.SQLITE_BUSY:
            return StorageError(
                f"Another program holds your progress ({self.path}).",
                "Close other windows of the course and try again.",
            )
        if is_damage(error):
            return StorageError(
                f"Your progress file was damaged while in use ({self.path}).",
                "Start the course again: it puts the last good copy back.",
            )
        if self.is_read_only:
            return StorageError(
                f"Your progress ({self.path}) cannot be understood by this version.",
                "Update the course, or set COURSE_HOME to another folder.",
            )
        return StorageError(f"Your progress ({self.path}) cannot be used: {error}.", HINT)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold off other processes that want to mend the same file."""
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _is_newer(path: Path, than: Path) -> bool:
    try:
        return not than.exists() or path.stat().st_mtime_ns > than.stat().st_mtime_ns
    except OSError:
        return False
