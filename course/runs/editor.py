"""The learner's own editor."""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from course.errors import ChangedMeanwhile, UsageError
from course.runs.intake import LARGEST_FILE
from course.storage.atomic import next_to, write_whole
from course.storage.regular import read_regular

EDITORS = ("sensible-editor", "nano", "vim", "vi", "emacs")


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """VISUAL, EDITOR, or one that is usually there; raises UsageError."""
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        command = shlex.split(wanted) or [found for found in EDITORS if shutil.which(found)][:1]
    except ValueError as error:
        raise UsageError(f"VISUAL or EDITOR is not a command: {wanted}") from error
    if not command or shutil.which(command[0]) is None:
        missing = f"There is no program '{command[0]}'." if command else "There is no editor."
        raise UsageError(missing, "Set VISUAL or EDITOR to your editor, as EDITOR=nano")
    return command


class OwnFile:
    """A learner's file that is being edited here, and what it held when we saw it last.

    Args:
        path: The file; read at once, raises StorageError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: bytes | None = read_own(path)

    @property
    def text(self) -> str:
        """What it held, whatever that is."""
        return as_text(self._seen or b"")

    def save(self, text: str) -> None:
        """Write it; raises ChangedMeanwhile where that would undo somebody else's work."""
        now = self._now()
        if now not in (None, self._seen, text.encode()):
            words = f"{self.path.name} was changed by another program since it was opened here."
            raise ChangedMeanwhile(words)
        self._write(text)

    def save_anyway(self, text: str) -> Path:
        """Write it, with what somebody else has written kept beside it; returns where."""
        kept = next_to(self.path)
        write_whole(kept, self._now() or b"")
        self._write(text)
        return kept

    def give_way(self, text: str) -> Path:
        """Leave the file as somebody else has written it; returns where ours is kept."""
        kept = next_to(self.path)
        write_whole(kept, text.encode())
        return kept

    def _now(self) -> bytes | None:
        """What it holds now; None where there is none any more, raises StorageError."""
        return read_own(self.path) if os.path.lexists(self.path) else None

    def _write(self, text: str) -> None:
        write_whole(self.path, text.encode())
        self._seen = text.encode()


def as_text(content: bytes) -> str:
    """A learner's file as text, whatever is in it."""
    return content.decode("utf-8", "backslashreplace")


def read_own(file: Path) -> bytes:
    """A learner's own file; raises StorageError."""
    return read_regular(file, LARGEST_FILE)
