"""Where a course's lessons lie."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from course.errors import LessonError, UsageError

LESSON_FILE = "lesson.toml"
FOLDER = re.compile(r"(\d{2,3})-([a-z0-9]+(?:-[a-z0-9]+)*)")


def find_course(chosen: Path | None = None) -> Path:
    """The folder of lessons: the chosen one, else ours as installed or as checked out."""
    if chosen is not None:
        return _chosen(chosen)
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_data" / "lessons", package.parent / "lessons"):
        if folder.is_dir():
            return folder
    raise LessonError(
        "This installation has no lessons.", "Install it again, or give --course DIR."
    )


def lesson_folders(course: Path) -> Sequence[Path]:
    """The folders that are lessons by their name or by what is in them, in order."""
    try:
        entries = sorted(os.scandir(course), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError(f"The course folder {course} cannot be read: {error.strerror}.") from error
    folders = [Path(one.path) for one in entries if one.is_dir() and not one.name.startswith("_")]
    return [one for one in folders if FOLDER.fullmatch(one.name) or (one / LESSON_FILE).is_file()]


def _chosen(chosen: Path) -> Path:
    folder = chosen.expanduser().absolute()
    if not folder.is_dir():
        raise UsageError(f"There is no folder {chosen}.", "--course takes a folder of lessons.")
    inside = folder / "lessons"
    return inside if inside.is_dir() and not lesson_folders(folder) else folder
