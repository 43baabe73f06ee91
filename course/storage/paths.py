"""Where the course keeps what belongs to the learner."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from course.errors import StorageError

NAME = "scalability-course"
VARIABLE = "COURSE_HOME"
HINT = f"Set {VARIABLE} to a folder that you can write to."


class Places(NamedTuple):
    """The data folder and what lies in it, and the folder for what can be made again."""

    home: Path
    cache: Path

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
    """The platform's folders, or the one that COURSE_HOME names."""
    chosen = environ.get(VARIABLE, "")
    try:
        if chosen:
            home = Path(chosen).expanduser().absolute()
            return Places(home, home / "cache")
        return Places(_data_folder(environ), _cache_folder(environ))
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


def _data_folder(environ: Mapping[str, str]) -> Path:
    plain = _plain_folder(environ, "XDG_DATA_HOME", ".local/share")
    if plain is not None:
        return plain
    import platformdirs

    return Path(platformdirs.user_data_dir(NAME, appauthor=False))


def _cache_folder(environ: Mapping[str, str]) -> Path:
    plain = _plain_folder(environ, "XDG_CACHE_HOME", ".cache")
    if plain is not None:
        return plain
    import platformdirs

    return Path(platformdirs.user_cache_dir(NAME, appauthor=False))


def _plain_folder(environ: Mapping[str, str], variable: str, below_home: str) -> Path | None:
    """As platformdirs says for Linux, which takes longer to import than `course list` to run."""
    chosen, home = environ.get(variable, ""), environ.get("HOME", "")
    if sys.platform != "linux":
        return None
    if os.path.isabs(chosen):  # noqa: PTH117  before there is a Path
        return Path(chosen, NAME)
    return Path(home, below_home, NAME) if os.path.isabs(home) else None  # noqa: PTH117  as above
