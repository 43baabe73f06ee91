"""What of a course can run, as one digest: it changes with any file but the texts."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from course.errors import LessonError, StorageError
from course.storage.regular import read_regular

MOST_FILES = 20_000
LARGEST_TOTAL = 256 << 20
TEXT = ".md"
IGNORED = {"__pycache__", ".git"}


def digest_code(course: Path) -> str:
    """The sha256 of names and contents; raises LessonError where nobody could look through it."""
    digest = hashlib.sha256()
    total = 0
    for number, path in enumerate(_files(course)):
        if number >= MOST_FILES:
            raise _too_much(course)
        try:
            content = read_regular(path, LARGEST_TOTAL)
        except StorageError as error:
            content = error.summary.encode()  # a pipe or a dead link runs nothing
        total += len(content)
        if total > LARGEST_TOTAL:
            raise _too_much(course)
        name = os.fsencode(path.relative_to(course))
        digest.update(b"%d %d\n%s" % (len(name), len(content), name))
        digest.update(content)
    return digest.hexdigest()


def _files(course: Path) -> Iterator[Path]:
    """Every file but the texts, also behind links, each folder once."""
    seen: set[str] = set()
    for place, folders, files in os.walk(course, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(set(folders) - IGNORED)
        if real in seen:
            continue
        seen.add(real)
        yield from (Path(place, name) for name in sorted(files) if not name.endswith(TEXT))


def _too_much(course: Path) -> LessonError:
    return LessonError(
        f"The course in {course} is larger than anybody could look through.",
        f"More than {MOST_FILES} files, or {LARGEST_TOTAL >> 20} MiB.",
    )
