"""Whom a submission becomes where the agent is root and there is no container around it."""

import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from runner.rights import private_uid

GIVEN = "COURSE_LEARNER_UID"
NEEDED = {0: "CHOWN", 5: "KILL", 6: "SETGID", 7: "SETUID"}  # capabilities, by their bits
PASS, READ = 0o001, 0o004  # what everybody may do


def find_stranger(folder: Path) -> tuple[int | None, str]:
    """The uid, or None and why submissions keep our rights.

    Args:
        folder: Where submissions will lie; its owner becomes the stranger.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return None, "only root can give them another user"
    if given := os.environ.get(GIVEN):
        return int(given), ""
    uid = private_uid()
    refused = _refused_by_the_kernel(uid) or _closed([*_interpreter(), folder.parent.resolve()])
    return (None, refused) if refused else (uid, "")


def _refused_by_the_kernel(uid: int) -> str:
    with suppress(OSError, ValueError, IndexError):
        if not _is_mapped(uid, Path("/proc/self/uid_map").read_text(encoding="ascii")):
            return "this user namespace has no users to spare"
        status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
        have = int(status.partition("\nCapEff:\t")[2].split()[0], 16)
        lacking = [name for bit, name in NEEDED.items() if not have >> bit & 1]
        return f"root lacks {', '.join(lacking)} here" if lacking else ""
    return "this system does not tell what root may do"


def _is_mapped(uid: int, table: str) -> bool:
    """Whether a range of `/proc/self/uid_map` holds it."""
    rows = (map(int, line.split()) for line in table.splitlines())
    return any(first <= uid < first + count for first, _, count in rows)


def _interpreter() -> Iterable[Path]:
    """What a program of the learner's needs to start and to import something."""
    folders = [sysconfig.get_path("stdlib"), *site.getsitepackages(), *sys.path]
    yield from (Path(sys.executable), Path(sys.executable).resolve(), Path(sys.prefix))
    yield from (Path(folder).resolve() for folder in folders if folder and Path(folder).exists())


def _closed(places: Iterable[Path]) -> str:
    """The first place that others cannot reach or read, in words; empty when all are open."""
    for place in places:
        for part in (place, *place.parents):
            wanted = PASS if part.is_dir() else READ
            if part.stat().st_mode & wanted != wanted:
                return f"others may not use {part}"
    return ""
