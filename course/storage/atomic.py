"""Files that are there whole or not at all."""

import contextlib
import os
from pathlib import Path

from course.errors import StorageError
from course.storage.paths import HINT, make_folder


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a crash or a full disk leaves the old one or the new one, never half.

    What a link points to is written, and a file keeps its mode.
    """
    path = Path(os.path.realpath(path)) if path.is_symlink() else path  # also of a loop
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with draft.open("xb") as file:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise StorageError(f"{path} cannot be written: {error.strerror}.", HINT) from error


def next_to(path: Path) -> Path:
    """A name beside `path` that is free: supervise.py gives supervise.1.py, then .2.py."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return kept
