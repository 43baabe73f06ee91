"""What boxes left behind, which must be nothing: containers, processes, folders."""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

PROC = Path("/proc")


def left_by_embedded(works: Iterable[Path]) -> Sequence[str]:
    """Scratch folders that still exist, and processes that were started to work in them."""
    folders = list(works)
    return [
        *(f"folder {folder.name}" for folder in folders if folder.exists()),
        *(f"process {pid}" for pid in _processes_of(folders)),
    ]


def _processes_of(folders: Sequence[Path]) -> list[int]:
    """Those whose environment names one of the folders (only where the system shows it)."""
    marks = [str(folder).encode() for folder in folders]
    found = []
    for entry in PROC.glob("[0-9]*") if marks else ():
        with contextlib.suppress(OSError):
            environment = (entry / "environ").read_bytes()
            if any(mark in environment for mark in marks):
                found.append(int(entry.name))
    return found
