"""Which courses of other people may run their code on this computer: the answers, remembered."""

import contextlib
import json
from pathlib import Path

from course.errors import StorageError
from course.storage.atomic import write_whole
from course.storage.regular import read_regular

LARGEST = 4 << 20
OWN = "own"  # begun here, by `course new`: whatever becomes of it


class TrustedCourses:
    """Answers by the resolved folder of a course.

    Args:
        file: Where they are kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def is_trusted(self, folder: Path, digest: str) -> bool:
        """Whether this course was agreed to, with just this code in it."""
        return self._answers().get(str(folder)) in {OWN, digest}

    def trust(self, folder: Path, digest: str) -> None:
        """Remember a yes; raises StorageError."""
        answers = {**self._answers(), str(folder): digest}
        text = json.dumps({"version": 1, "courses": answers}, indent=1, sort_keys=True)
        write_whole(self._file, text.encode() + b"\n")

    def _answers(self) -> dict[str, str]:
        """A file that is gone or damaged holds none."""
        with contextlib.suppress(StorageError, ValueError, RecursionError, AttributeError):
            found = json.loads(read_regular(self._file, LARGEST)).get("courses")
            if isinstance(found, dict):
                return {str(name): str(answer) for name, answer in found.items()}
        return {}
