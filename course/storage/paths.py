"""Where the course keeps what belongs to the learner."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course.errors import StorageError

VARIABLE = "COURSE_HOME"
HINT = f"Set {VARIABLE} to a folder that you can write to."


@dataclass(frozen=True, slots=True)
class Places:
    """The data folder and what lies in it."""

    home: Path

    @property
    def progress(self) -> Path:
        """The database of steps, predictions and attempts."""
        return self.home / "progress.db"

    @property
    def trusted(self) -> Path:
        """Which courses of other people may run."""
        return self.home / "trusted.json"

    @property
    def workspace(self) -> Path:
        """The learner's files."""
        return self.home / "workspace"

    @property
    def logs(self) -> Path:
        """What is written down when the course itself fails."""
        return self.home / "logs"


def find_places(environ: Mapping[str, str] = os.environ) -> Places:
    """The platform's data folder, or the one that COURSE_HOME names."""
    chosen = environ.get(VARIABLE, "")
    try:
        return Places(Path(chosen).expanduser().absolute() if chosen else _platform_folder())
    except (RuntimeError, OSError) as error:  # no home folder to expand, or no current one
        raise StorageError("There is no home folder to keep your progress in.", HINT) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those around it; raises StorageError with the way out."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} cannot be made: {error.strerror}.", HINT
        ) from error
    except ValueError as error:  # a NUL in the name
        raise StorageError("The data folder's name is not one.", HINT) from error


def _platform_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("scalability-course", appauthor=False))
