"""Removes what one learner left, so that the next one in the same container finds nothing."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress

from runner.folder import empty

IPC_RMID = 0
SHARED = "/proc/sysvipc"  # memory, semaphores and queues that outlive their processes


def erase(places: list[str], uid: int) -> list[str]:
    """Remove everything of this uid, as that uid; what resisted."""
    left = []
    for path in _owned(places):
        try:
            if os.lstat(path).st_uid == uid:
                _remove(path)
        except OSError as error:
            left.append(f"{path}: {error.strerror}")
    for kind, number in _shared():
        _destroy(kind, number)
    return left


def remains(places: list[str]) -> list[str]:
    """What is there that is not the agent's own."""
    files = [f"{path} of uid {os.lstat(path).st_uid}" for path in _owned(places)]
    return files + [f"{kind} {number}" for kind, number in _shared()]


def _owned(places: list[str]) -> Iterator[str]:
    """Whatever lies in a place and is not root's."""
    for place in places:
        with suppress(FileNotFoundError, PermissionError):
            yield from (one.path for one in list(os.scandir(place)) if _is_strange(one))


def _is_strange(entry: "os.DirEntry[str]") -> bool:
    return entry.stat(follow_symlinks=False).st_uid != 0


def _remove(path: str) -> None:
    if os.path.islink(path) or not os.path.isdir(path):
        os.unlink(path)
        return
    os.chmod(path, 0o700)
    empty(path)
    os.rmdir(path)


def _shared() -> Iterator[tuple[str, int]]:
    """Every System V object of the container, as (kind, number)."""
    for kind in ("shm", "sem", "msg"):
        with suppress(OSError):
            with open(f"{SHARED}/{kind}", encoding="ascii") as file:
                _, *rows = file.read().splitlines()
            yield from ((kind, int(row.split()[1])) for row in rows)


def _destroy(kind: str, number: int) -> None:
    library = ctypes.CDLL(None)
    if kind == "sem":
        library.semctl(number, 0, IPC_RMID)
    elif kind == "shm":
        library.shmctl(number, IPC_RMID, None)
    else:
        library.msgctl(number, IPC_RMID, None)
