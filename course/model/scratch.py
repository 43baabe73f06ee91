"""Temporary folders that say whose they are, so that none outlives its owner for long."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from course.model.owner import Owner, boot, is_alive, this_process

PREFIX = "course-"
PURPOSES = ("lab", "check", "batch", "judge")
MARK = ".owner"
NAMELESS_SECONDS = 5.0  # from making a folder to naming its owner, on the slowest of machines
OLD_SECONDS = 86_400.0  # what cannot be seen from here counts as alive until then


def make_scratch(purpose: str) -> Path:
    """A fresh folder of this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-"))
    (folder / MARK).write_text(json.dumps(asdict(this_process())), encoding="utf-8")
    return folder


def abandoned() -> Iterator[Path]:
    """Our folders whose owner is dead."""
    here, place = boot(), Path(tempfile.gettempdir())
    for purpose in PURPOSES:
        for folder in place.glob(f"{PREFIX}{purpose}-*"):
            with suppress(OSError):
                if _is_ours(folder) and _is_abandoned(folder, here):
                    yield folder


def _is_ours(folder: Path) -> bool:
    """Whether it may be touched at all: others have folders in the same place."""
    return folder.is_dir() and not folder.is_symlink() and folder.lstat().st_uid == os.getuid()


def _is_abandoned(folder: Path, here: str) -> bool:
    age = time.time() - folder.stat().st_mtime
    try:
        owner = Owner(**json.loads((folder / MARK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # it was being made, or being erased
        return age > (NAMELESS_SECONDS if _can_see_users() else OLD_SECONDS)
    if owner.boot == here:
        return not is_alive(owner.pid, owner.start)
    return age > OLD_SECONDS


def _can_see_users() -> bool:
    """Whether somebody who still works in a folder would be seen, and end the sweep's interest."""
    return Path("/proc/self/environ").exists()
