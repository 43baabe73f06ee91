"""The learner's own editor."""

import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from course.errors import UsageError
from course.runs.intake import LARGEST_FILE
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


def read_own(file: Path) -> bytes:
    """A learner's own file; raises StorageError."""
    return read_regular(file, LARGEST_FILE)
