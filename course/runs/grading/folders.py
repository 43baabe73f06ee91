"""Reads what a learner handed in: regular files only, bounded, never through a link."""

import contextlib
import errno
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from course.errors import StorageError, SubmissionRefused
from course.runs.grading.archives import is_archive, unpacked
from course.runs.intake import LARGEST_FILE, LARGEST_TOTAL, MOST_FILES
from course.storage.regular import open_regular, read_regular

DEEPEST = 12
MOST_ENTRIES = 10_000  # that are looked at in a folder
LEFT_BY_TOOLS = {"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"}
# What is wrong with this computer, and says nothing of a file.
OURS = {errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.ESTALE}
Files = dict[str, bytes]


def handed_in(place: Path) -> Files:
    """The files of one learner: of a folder, an archive, or the file itself."""
    if place.is_symlink():
        raise SubmissionRefused(f"{place.name!r:.80} is a link.")
    if place.is_dir():
        return _folder(place)
    if is_archive(place.name):
        with _told(), open_regular(place, 4 * LARGEST_TOTAL, follow=False) as file:
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
    with os.scandir(folder) as entries:
        found = list(islice(entries, MOST_ENTRIES + 1))
    if len(found) > MOST_ENTRIES:
        raise SubmissionRefused(f"A folder has more than {MOST_ENTRIES} entries.")
    for entry in sorted(found, key=lambda one: one.name):
        if is_ignored(entry.name):
            continue
        if entry.is_symlink():
            raise SubmissionRefused(f"{entry.name!r:.80} is a link.")
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), levels - 1)
        else:
            yield Path(entry.path)


def _content(path: Path) -> bytes:
    with _told():
        return read_regular(path, LARGEST_FILE, follow=False)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What cannot be read is what a learner handed in."""
    try:
        yield
    except StorageError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in OURS:
            raise cause from None
        raise SubmissionRefused(error.summary) from error
