"""The learner's files: a copy of each starter, kept through resets."""

from pathlib import Path

from course.errors import StorageError
from course.model.lesson import Exercise
from course.storage.atomic import next_to, write_whole
from course.storage.paths import HINT


class Workspace:
    """`<lesson>/<exercise>/<file>` under one folder.

    Args:
        folder: Where the learner's files go; made when first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, exercise: Exercise) -> Path:
        """Where the learner's file is or will be."""
        return self._folder / exercise.lesson / exercise.id / exercise.file

    def file(self, exercise: Exercise) -> Path:
        """The learner's file; a copy of the starter the first time."""
        path = self.path(exercise)
        if not path.exists():
            write_whole(path, exercise.starter.read_bytes())
        return path

    def reset(self, exercise: Exercise) -> Path:
        """Put the starter back; returns where the learner's old file is kept, if there was one."""
        path = self.path(exercise)
        if not path.exists():
            return self.file(exercise)
        kept = next_to(path)
        try:
            path.rename(kept)
        except OSError as error:
            raise StorageError(f"{path} cannot be kept: {error.strerror}.", HINT) from error
        write_whole(path, exercise.starter.read_bytes())
        return kept
