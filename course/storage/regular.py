"""Reads a file that somebody else wrote: a regular one, to a limit, and never waiting for it."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from course.errors import StorageError


def read_regular(path: Path, largest: int, *, follow: bool = True) -> bytes:
    """All of it; raises StorageError for what is no file, too large, or cannot be read."""
    with open_regular(path, largest, follow=follow) as file:
        try:
            content = file.read(largest + 1)
        except OSError as error:
            raise _unreadable(_shown(path), error) from error
    if content is None:  # of a pipe that /proc shows as a file
        raise StorageError(f"{_shown(path)} gives nothing to read.")
    if len(content) > largest:  # it grew meanwhile, or said nothing of its size
        raise _too_large(_shown(path), largest)
    return content


@contextlib.contextmanager
def open_regular(
    path: Path, largest: int, *, follow: bool = True, name: str = ""
) -> Iterator[IO[bytes]]:
    """The file itself, opened so that no pipe or device can keep us; raises StorageError."""
    name = name or _shown(path)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    flags |= 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    try:
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            raise StorageError(f"{name} is no file.")
        if known.st_size > largest:
            raise _too_large(name, largest)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            yield file
    finally:
        os.close(descriptor)


def _shown(path: Path) -> str:
    """Its name: whose it is need not see where we keep it."""
    return f"{path.name!r:.80}"


def _unreadable(name: str, error: OSError | ValueError) -> StorageError:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return StorageError(f"{name} cannot be read: {why}.")


def _too_large(name: str, largest: int) -> StorageError:
    return StorageError(f"{name} is larger than {largest >> 20} MiB.")
