"""Finds what there is to grade: whose it is, and where it lies; reads it when its turn comes."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.errors import SubmissionRefused, UsageError
from course.model.grade import Learner
from course.model.lesson import Exercise
from course.runs.grading.archives import Limits, is_archive, stem, unpack_into
from course.runs.grading.folders import Files, handed_in, is_ignored
from course.runs.grading.layout import Scope, answers
from course.runs.grading.roll import read_roll

MANY = Limits(files=50_000, file_bytes=64 << 20, total_bytes=2 << 30)  # of a whole class


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

    @property
    def id(self) -> str:
        """What no other task of a batch has."""
        return f"{self.entry.learner.id}\n{self.exercise.slug}"

    def files(self) -> Files:
        """Its files, empty when nothing was handed in; raises SubmissionRefused."""
        place = self.entry.place
        try:
            found = handed_in(place)
        except OSError as error:
            raise SubmissionRefused(f"{place.name!r:.80} cannot be read: {error}.") from error
        if place.is_file() and not is_archive(place.name) and self.scope.is_single:
            return {self.exercise.file: next(iter(found.values()))}  # whatever it is called
        return answers(found, self.exercise, self.scope)


def discover(
    paths: Sequence[Path], scope: Scope, unpack: Callable[[], Path], *, learner: str = ""
) -> list[Task]:
    """Every task below these paths, in a fixed order; raises UsageError.

    Args:
        paths: Folders, archives or CSVs of many learners, or single files.
        scope: What is graded.
        unpack: Gives an empty folder of ours for an archive's content.
        learner: All paths are the work of this one.
    """
    entries = list(_all_entries(paths, unpack, learner))
    if not entries:
        raise UsageError("There is nothing to grade.", "Give a folder with one entry per learner.")
    _refuse_doubles(entries)
    return [Task(entry, exercise, scope) for entry in entries for exercise in scope.exercises]


def _all_entries(
    paths: Sequence[Path], unpack: Callable[[], Path], learner: str
) -> Iterator[Entry]:
    if learner and len(paths) != 1:
        raise UsageError("--learner goes with one path.", "Give the folder of all the files.")
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no {path}.")
        place = path.absolute()
        yield from [Entry(Learner(learner), place, place)] if learner else _entries(place, unpack)


def _entries(path: Path, unpack: Callable[[], Path]) -> Iterable[Entry]:
    if path.is_dir():
        return _of_folder(path)
    if path.suffix.lower() == ".csv":
        return _of_roll(path)
    if is_archive(path.name):
        return _of_archive(path, unpack())
    return [Entry(Learner(path.stem), path, path.parent)]


def _of_folder(folder: Path) -> Iterator[Entry]:
    try:
        found = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}.") from error
    for entry in found:
        if not is_ignored(entry.name):
            yield Entry(Learner(_learner_id(entry)), Path(entry.path), folder)


def _learner_id(entry: "os.DirEntry[str]") -> str:
    if entry.is_dir(follow_symlinks=False):
        return entry.name
    return stem(entry.name) if is_archive(entry.name) else Path(entry.name).stem


def _of_roll(file: Path) -> Iterator[Entry]:
    for learner, place, where in read_roll(file):
        if not os.path.lexists(place):
            raise UsageError(f"{where}: there is no {place}.")
        yield Entry(learner, place, file.parent)


def _of_archive(archive: Path, folder: Path) -> Iterator[Entry]:
    """A download of a whole class; a single folder around it all is looked through."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        unpack_into(archive, folder, MANY)
    except (SubmissionRefused, OSError) as error:
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
