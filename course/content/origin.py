"""What a lesson was made from: with the same names, sizes and times nothing need be read again.

A folder's time changes with the names in it, so files that were added, renamed or removed show
there; a file's own time and size show that its content changed.
"""

import os
import stat
from collections.abc import Iterator

TEXTS = ("lesson.toml", "lesson.md")
EXERCISES = "exercises"
PARTS = ("task.md", "mutants.toml", "rules.toml", "solution.")  # whose content decides something
SECOND = 1_000_000_000  # ns
COARSE, FINE = 2 * SECOND, SECOND // 50  # how far apart two changes may share a time

Origin = list[tuple[str, int, int]]
"""Each file and folder below a lesson's: its name, size and time of change (ns)."""


def find_origin(lesson: str) -> Origin:
    """What there is to read in a lesson's folder, as it is now."""
    return [(name, *seen) for name in _names(lesson) if (seen := _seen(f"{lesson}/{name}"))]


def find_code(folder: str) -> Origin:
    """The modules that read lessons: others may find something else in the same files."""
    names = [name for name in _inside(folder) if name.endswith(".py")]
    return [(name, *seen) for name in names if (seen := _seen(f"{folder}/{name}"))]


def is_unchanged(lesson: str, origin: Origin) -> bool:
    """Whether everything is as it was found."""
    return all(_seen(f"{lesson}/{name}") == (size, time) for name, size, time in origin)


def is_settled(origin: Origin, now: int) -> bool:
    """Whether a later change would show: one within the clock's grain of the last has its time."""
    latest = max((time for _name, _size, time in origin), default=0)
    return now - latest > (FINE if latest % SECOND else COARSE)


def _names(lesson: str) -> Iterator[str]:
    yield from (".", *TEXTS, EXERCISES)
    for exercise in _inside(f"{lesson}/{EXERCISES}"):
        folder = f"{EXERCISES}/{exercise}"
        yield folder
        yield from (
            f"{folder}/{name}" for name in _inside(f"{lesson}/{folder}") if name.startswith(PARTS)
        )


def _inside(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208  the names are wanted
    except OSError:
        return []


def _seen(path: str) -> tuple[int, int] | None:
    """Size and time; a folder's size says nothing that its time does not."""
    try:
        found = os.stat(path)  # noqa: PTH116  thousands of them before a list is shown
    except (OSError, ValueError):
        return None
    return (0 if stat.S_ISDIR(found.st_mode) else found.st_size), found.st_mtime_ns
