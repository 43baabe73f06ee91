"""What boxes left behind, which must be nothing: processes, folders; and how they are ended."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from course.model.scratch import MARK, abandoned

PROC = Path("/proc")
TRIES, PAUSE_SECONDS = 20, 0.05  # of erasing what somebody still writes into


def left_by_embedded(works: Iterable[Path]) -> Sequence[str]:
    """Scratch folders that still exist, and processes that were started to work in them."""
    folders = list(works)
    return [
        *(f"folder {folder.name}" for folder in folders if folder.exists()),
        *(f"process {pid}" for pid in _users_of(folders)),
    ]


def erase(folder: Path) -> None:
    """End everything that works in a scratch folder, and remove it."""
    for _ in range(TRIES):
        for pid in _users_of([folder]):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(PAUSE_SECONDS)  # whoever was killed may hold it for a moment longer


def sweep_scratch() -> None:
    """Remove what courses left that died without doing so."""
    for folder in abandoned():
        if (folder / MARK).exists() or not _users_of([folder]):
            erase(folder)


def _users_of(folders: Sequence[Path]) -> list[int]:
    """Who was started to work in one of the folders (only where the system shows it)."""
    marks = [os.fsencode(folder) for folder in folders]
    return [
        int(entry.name)
        for entry in (PROC.glob("[0-9]*") if marks else ())
        if entry.name != str(os.getpid()) and any(mark in _seen(entry) for mark in marks)
    ]


def _seen(process: Path) -> bytes:
    """Its environment and, as a learner's program has none of ours, where it stands."""
    seen = b""
    with contextlib.suppress(OSError):
        seen += (process / "environ").read_bytes()
    with contextlib.suppress(OSError, IndexError):
        terminal = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[4]
        if terminal == "0":  # or it is the shell of somebody who looks around in there
            seen += os.fsencode((process / "cwd").readlink())
    return seen
