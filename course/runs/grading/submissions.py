"""Finds what there is to grade: whose it is, and where it lies; reads it when its turn comes."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from course.errors import StorageError, SubmissionRefused, UsageError
from course.model.grade import Learner
from course.model.lesson import Exercise
from course.runs.grading.archives import MANY, is_archive, stem, unpack_into
from course.runs.grading.folders import Files, handed_in, is_ignored
from course.runs.grading.layout import Scope, answers
from course.runs.grading.roll import read_roll

MOST_LEARNERS = 50_000


Read = Callable[[Path], Files]


class Reading(Protocol):
    """Reads what people handed in whom nobody trusts."""

    def read(self, place: Path) -> Files:
        """The files of one learner; raises SubmissionRefused or StorageError."""

    def unpack(self, archive: Path, folder: Path) -> None:
        """Unpack the archive of a whole class; raises as `read` does."""


class InProcess:
    """Reads in this process: bounded in size, not in time."""

    def read(self, place: Path) -> Files:
        """The files of one learner."""
        return handed_in(place)

    def unpack(self, archive: Path, folder: Path) -> None:
        """Unpack the archive of a whole class."""
        unpack_into(archive, folder, MANY)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one learner handed in."""

    learner: Learner
    place: Path
    root: Path  # what was asked to be graded, or where it was unpacked

    @property
    def name(self) -> str:
        """Where it lies below the root: the same on every computer."""
        inside = self.place.is_relative_to(self.root)
        return self.place.relative_to(self.root).as_posix() if inside else self.place.name


@dataclass(frozen=True, slots=True)
class Task:
    """One learner's work on one exercise."""

    entry: Entry
    exercise: Exercise
    scope: Scope
    read: Read = handed_in  # how its files are read: `course grade` has another process do it

    @property
    def id(self) -> str:
        """What no other task of a batch has."""
        return f"{self.entry.learner.id}\n{self.exercise.slug}"

    def files(self) -> Files:
        """Its files, empty when nothing was handed in.

        Raises:
            SubmissionRefused: They are not taken in.
            StorageError: Nobody could read them, which says nothing about them.
        """
        place = self.entry.place
        try:
            found = self.read(place)
        except OSError as error:
            raise SubmissionRefused(f"{place.name!r:.80} cannot be read: {error}.") from error
        if list(found) == [place.name] and not is_archive(place.name) and self.scope.is_single:
            return {self.exercise.file: next(iter(found.values()))}  # whatever it is called
        return answers(found, self.exercise, self.scope)


def discover(
    paths: Sequence[Path],
    scope: Scope,
    place: Callable[[], Path],
    *,
    learner: str = "",
    reading: "Reading | None" = None,
) -> list[Task]:
    """Every task below these paths, in a fixed order; raises UsageError.

    Args:
        paths: Folders, archives or CSVs of many learners, or single files.
        scope: What is graded.
        place: Gives an empty folder of ours for an archive's content.
        learner: All paths are the work of this one.
        reading: Reads what learners handed in; this process where none is given.
    """
    source = _Source(place, reading or InProcess())
    entries = list(_all_entries(paths, source, learner))
    if not entries:
        raise UsageError("There is nothing to grade.", "Give a folder with one entry per learner.")
    _refuse_doubles(entries)
    return [
        Task(entry, exercise, scope, source.reading.read)
        for entry in entries
        for exercise in scope.exercises
    ]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where archives are unpacked, and by whom."""

    place: Callable[[], Path]
    reading: "Reading"


def _all_entries(paths: Sequence[Path], source: _Source, learner: str) -> Iterator[Entry]:
    if learner and len(paths) != 1:
        raise UsageError("--learner goes with one path.", "Give the folder of all the files.")
    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110  Path.exists raises where one may not look
            raise UsageError(f"There is no {path}, or it may not be read.")
        place = path.absolute()
        yield from [Entry(Learner(learner), place, place)] if learner else _entries(place, source)


def _entries(path: Path, source: _Source) -> Iterable[Entry]:
    if path.is_dir():
        return _of_folder(path)
    if path.suffix.lower() == ".csv":
        return _of_roll(path)
    if is_archive(path.name):
        return _of_archive(path, source)
    return [Entry(Learner(path.stem), path, path.parent)]


def _of_folder(folder: Path) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as entries:
            listed = list(islice(entries, MOST_LEARNERS + 1))
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}.") from error
    if len(listed) > MOST_LEARNERS:
        raise UsageError(f"{folder} has more than {MOST_LEARNERS} entries.")
    for entry in sorted(listed, key=lambda one: one.name):
        if not is_ignored(entry.name):
            yield Entry(Learner(_learner_id(entry)), Path(entry.path), folder)


def _learner_id(entry: "os.DirEntry[str]") -> str:
    """A name that any report can hold, also where the file's is no UTF-8."""
    name = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
    if entry.is_dir(follow_symlinks=False):
        return name
    return stem(name) if is_archive(name) else Path(name).stem


def _of_roll(file: Path) -> Iterator[Entry]:
    for learner, place, where in read_roll(file):
        if not os.path.lexists(place):
            raise UsageError(f"{where}: there is no {place}.")
        yield Entry(learner, place, file.parent)


def _of_archive(archive: Path, source: _Source) -> Iterator[Entry]:
    """A download of a whole class; a single folder around it all is looked through."""
    folder = source.place()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        source.reading.unpack(archive, folder)
    except (SubmissionRefused, StorageError, OSError, ValueError) as error:
        raise UsageError(f"{archive.name} cannot be unpacked: {error}") from error
    inside = [path for path in folder.iterdir() if not is_ignored(path.name)]
    yield from _of_folder(inside[0] if len(inside) == 1 and inside[0].is_dir() else folder)


def _refuse_doubles(entries: Sequence[Entry]) -> None:
    seen: dict[str, Path] = {}
    for entry in entries:
        before = seen.setdefault(entry.learner.id, entry.place)
        if before is not entry.place:
            raise UsageError(
                f"The learner {entry.learner.id!r:.80} is there twice: {before} and {entry.place}.",
                "Keep one of them, or say in a CSV who is who.",
            )
