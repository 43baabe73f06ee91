"""What SQLite needs said in more than one line."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is done meanwhile happens, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def value(connection: sqlite3.Connection, pragma: str) -> object:
    """What a pragma says."""
    row = connection.execute(pragma).fetchone()
    return row[0] if row else None


def table_names(connection: sqlite3.Connection) -> set[str]:
    """Of all tables."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {str(row[0]) for row in rows}


def copy_file(path: Path, target: sqlite3.Connection) -> None:
    """All of a file that nobody writes to just now."""
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source:
        copy(source, target)


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """All of it; raises at once where somebody holds the source: `backup` would wait for ever."""
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    source.backup(target)


def code(error: sqlite3.Error) -> int:
    """SQLite's number for what went wrong, without its details."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is at fault."""
    return code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
