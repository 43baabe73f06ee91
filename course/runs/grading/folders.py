"""Reads what a learner handed in: regular files only, bounded, never through a link."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from course.errors import SubmissionRefused
from course.runs.grading.archives import is_archive, unpacked
from course.runs.intake import LARGEST_FILE, LARGEST_TOTAL, MOST_FILES

DEEPEST = 12
LEFT_BY_TOOLS = {"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"}
Files = dict[str, bytes]


def handed_in(place: Path) -> Files:
    """The files of one learner: of a folder, an archive, or the file itself."""
    if place.is_symlink():
        raise SubmissionRefused(f"{place.name!r:.80} is a link.")
    if place.is_dir():
        return _folder(place)
    if is_archive(place.name):
        with _opened(place, 4 * LARGEST_TOTAL) as file:
            found = unpacked(file, place.name)
        return {name: content for name, content in found.items() if not _is_ignored(name)}
    return {place.name: _content(place)}


def is_ignored(name: str) -> bool:
    """Whether a tool or the system left it, rather than the learner."""
    return name.startswith(".") or name in LEFT_BY_TOOLS


def _is_ignored(name: str) -> bool:
    return any(is_ignored(part) for part in name.split("/"))


def _folder(place: Path) -> Files:
    found: Files = {}
    total = 0
    for path in _walk(place, DEEPEST):
        if len(found) >= MOST_FILES:
            raise SubmissionRefused(f"More than {MOST_FILES} files were submitted.")
        content = _content(path)
        total += len(content)
        if total > LARGEST_TOTAL:
            raise SubmissionRefused(
                f"The files are larger than {LARGEST_TOTAL >> 20} MiB together."
            )
        found[path.relative_to(place).as_posix()] = content
    return found


def _walk(folder: Path, levels: int) -> Iterator[Path]:
    if levels == 0:
        raise SubmissionRefused(f"Folders are nested more than {DEEPEST} deep.")
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        if is_ignored(entry.name):
            continue
        if entry.is_symlink():
            raise SubmissionRefused(f"{entry.name!r:.80} is a link.")
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), levels - 1)
        else:
            yield Path(entry.path)


def _content(path: Path) -> bytes:
    with _opened(path, LARGEST_FILE) as file:
        return file.read(LARGEST_FILE + 1)


@contextlib.contextmanager
def _opened(path: Path, largest: int) -> Iterator[IO[bytes]]:
    """A regular file, opened without following a link or waiting for a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        words = f"{path.name!r:.80} cannot be read: {error.strerror}."
        raise SubmissionRefused(words) from error
    with os.fdopen(descriptor, "rb") as file:
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            raise SubmissionRefused(f"{path.name!r:.80} is no file.")
        if known.st_size > largest:
            raise SubmissionRefused(f"{path.name!r:.80} is larger than {largest >> 20} MiB.")
        yield file
