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
            left.append(f"{path!a}: {error.strerror}")
    destroy_shared(uid)
    return left


def destroy_shared(uid: int) -> None:
    """Destroy the System V objects that this uid made or owns; run as that uid."""
    for kind, number, owners in _shared():
        if uid in owners:
            _destroy(kind, number)


def make_folder(folder: str, owner: int) -> str:
    """Make a learner's folder that nothing was at before; why not, where that fails.

    It is root's, who cannot give it away in a container, and open to the group of the learner. So
    whoever the learner is cannot open it to others either.
    """
    try:
        os.mkdir(folder, 0o700)  # never one that exists
        os.setegid(owner)
        try:
            os.chown(folder, -1, owner)  # to a group of ours, for which root needs no capability
            os.chmod(folder, 0o770)  # noqa: S103  the group is the learner alone
        finally:
            os.setegid(0)
    except OSError as error:
        return f"{folder}: {error.strerror}"
    return ""


def remains(places: list[str]) -> list[str]:
    """What is there that is not the agent's own."""
    files = [f"{path!a} of uid {os.lstat(path).st_uid}" for path in _owned(places)]
    return files + [f"{kind} {number}" for kind, number, _ in _shared()]


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


def _shared() -> Iterator[tuple[str, int, set[int]]]:
    """Every System V object that can be seen: kind, number, the uids of owner and maker."""
    for kind in ("shm", "sem", "msg"):
        with suppress(OSError):
            with open(f"{SHARED}/{kind}", "rb") as file:
                titles, *rows = (line.split() for line in file)
            owner, maker = titles.index(b"uid"), titles.index(b"cuid")
            yield from ((kind, int(row[1]), {int(row[owner]), int(row[maker])}) for row in rows)


def _destroy(kind: str, number: int) -> None:
    library = ctypes.CDLL(None)
    if kind == "sem":
        library.semctl(number, 0, IPC_RMID)
    elif kind == "shm":
        library.shmctl(number, IPC_RMID, None)
    else:
        library.msgctl(number, IPC_RMID, None)
