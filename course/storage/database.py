"""A SQLite file that survives: checked when opened, one good copy kept, damage moved aside."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from course.errors import StorageError
from course.storage.atomic import next_to
from course.storage.paths import HINT, make_folder

Health = Literal["absent", "sound", "damaged", "newer"]
WAIT_SECONDS = 5.0
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
        self._path = path
        self._good = path.with_name(f"{path.name}.good")
        self._steps = steps
        self._wait_seconds = wait_seconds
        self._prepare()

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to look something up with."""
        with self._translated(), contextlib.closing(self._connect("ro")) as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it happens, or nothing."""
        if self.is_read_only:
            raise StorageError("Your progress cannot be saved: its file is read-only.", HINT)
        with (
            self._translated(),
            contextlib.closing(self._connect("rw")) as connection,
            _transaction(connection),
        ):
            yield connection

    def keep_copy(self) -> None:
        """Keep the file as it is now as the good copy, when it changed since the last one."""
        if self.is_read_only or not _is_newer(self._path, self._good):
            return
        draft = self._good.with_name(f"{self._good.name}.{os.getpid()}")
        with contextlib.suppress(OSError, sqlite3.Error):  # a copy is a comfort, not a duty
            with (
                contextlib.closing(self._connect("ro")) as source,
                contextlib.closing(sqlite3.connect(draft)) as target,
            ):
                source.backup(target)
            draft.replace(self._good)
        draft.unlink(missing_ok=True)

    def _prepare(self) -> None:
        make_folder(self._path.parent)
        with self._translated():
            if self._health() == "damaged":
                self._mend()
            health = self._health()
            if health == "newer":
                self._only_read("it was written by a newer version of the course")
            elif health == "sound" and not _is_writable(self._path):
                self._only_read("it cannot be written to")
            else:
                self._bring_up_to_date()
                self.keep_copy()

    def _health(self) -> Health:
        if not self._path.exists():
            return "absent"
        if not self._path.is_file():
            return "damaged"
        if self._path.stat().st_size == 0:  # a whole database to SQLite, a lost one to us
            return "damaged" if self._good.exists() else "absent"
        try:
            with contextlib.closing(self._connect("ro")) as connection:
                return self._examine(connection)
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                return "damaged"
            raise

    def _examine(self, connection: sqlite3.Connection) -> Health:
        if _value(connection, "PRAGMA quick_check(1)") != "ok":
            return "damaged"
        if _value(connection, "PRAGMA application_id") != APPLICATION:
            return "damaged"  # somebody else's file
        version = _value(connection, "PRAGMA user_version")
        return "newer" if int(str(version)) > len(self._steps) else "sound"

    def _mend(self) -> None:
        """Move the damaged file aside and put the good copy in its place."""
        with _alone(self._path):
            if self._health() != "damaged":
                return  # another process has mended it meanwhile
            aside = next_to(self._path)
            self._path.rename(aside)
            for leftover in ("-journal", "-wal", "-shm"):  # of the old file; poison for a new one
                self._path.with_name(self._path.name + leftover).unlink(missing_ok=True)
            told = f"Your progress file was damaged and is kept as {aside}."
            if self._good.exists():
                self._path.write_bytes(self._good.read_bytes())
            if self._health() == "sound":
                self.notices.append(f"{told} The last good copy is back in its place.")
            else:
                self._path.unlink(missing_ok=True)
                self.notices.append(f"{told} There was no good copy: progress starts afresh.")

    def _only_read(self, why: str) -> None:
        self.is_read_only = True
        self.notices.append(f"Your progress is shown but not saved: {why} ({self._path}).")

    def _bring_up_to_date(self) -> None:
        with contextlib.closing(self._connect("rwc")) as connection:
            if _value(connection, "PRAGMA user_version") == len(self._steps):
                return
            with _transaction(connection):
                at = int(str(_value(connection, "PRAGMA user_version")))
                for script in self._steps[at:]:
                    for statement in filter(str.strip, script.split(";")):
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {len(self._steps)}")

    def _connect(self, mode: Literal["ro", "rw", "rwc"]) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.as_uri()}?mode={mode}",
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
                f"Your progress ({self._path}) cannot be read: {error.strerror}.", HINT
            ) from error

    def _told(self, error: sqlite3.Error) -> StorageError:
        if _code(error) == sqlite3.SQLITE_BUSY:
            return StorageError(
                f"Another program holds your progress ({self._path}).",
                "Close other windows of the course and try again.",
            )
        if _is_damage(error):
            return StorageError(
                f"Your progress file was damaged while in use ({self._path}).",
                "Start the course again: it puts the last good copy back.",
            )
        if self.is_read_only:
            return StorageError(
                f"Your progress ({self._path}) cannot be understood by this version.",
                "Update the course, or set COURSE_HOME to another folder.",
            )
        return StorageError(f"Your progress ({self._path}) cannot be used: {error}.", HINT)


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold off other processes that want to mend the same file."""
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _value(connection: sqlite3.Connection, pragma: str) -> object:
    row = connection.execute(pragma).fetchone()
    return row[0] if row else None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _is_newer(path: Path, than: Path) -> bool:
    try:
        return not than.exists() or path.stat().st_mtime_ns > than.stat().st_mtime_ns
    except OSError:
        return False
