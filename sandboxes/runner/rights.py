"""What the learner's process gives up before the learner's code is in it."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator

LEARNER = 10002  # the uid of submissions, where uids keep apart
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
PR_SET_CHILD_SUBREAPER = 36
MB = 1024 * 1024

CLONE_NEWIPC = 0x0800_0000
SHARED = 32 * MB  # bytes of System V memory, one piece or all of them
PAGE = 4096

ROOM_MB = 64  # beside what the learner may use: thread stacks, the allocator's slack
MAPPINGS_MB = 1024  # address space for what is mapped and never touched
LARGEST_FILE = 32 * MB
MOST_FILES_OPEN = 256
MOST_PROCESSES = 128
STACK = 8 * MB

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Limits:
    """What one process of the learner may use."""

    __slots__ = ("memory_mb", "seconds")

    def __init__(self, seconds: float = 20.0, memory_mb: int = 256) -> None:
        self.seconds = seconds
        self.memory_mb = memory_mb


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ended, so that none can hide."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def keep_shared_memory_apart() -> None:
    """Where root may: System V objects of our own, few of them, that end with us.

    They outlive their processes and belong to nobody in particular. A container has its own anyway.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    if ctypes.CDLL(None).unshare(CLONE_NEWIPC) != 0:
        return  # then these would be the limits of everybody
    for name, most in (("shm_rmid_forced", 1), ("shmmax", SHARED), ("shmall", SHARED // PAGE)):
        with contextlib.suppress(OSError), open(f"/proc/sys/kernel/{name}", "w") as file:
            file.write(str(most))


def become_learner(uid: int | None, limits: Limits) -> None:
    """Drop everything; there is no way back."""
    with contextlib.suppress(PermissionError):  # already the leader of a session
        os.setsid()
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb", 0) as file:
        file.write(b"1000")
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if _prctl is not None:  # after the change of uid, which would clear both
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
        _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _limit(uid, limits)


def _limit(uid: int | None, limits: Limits) -> None:
    memory = (limits.memory_mb + ROOM_MB) * MB + _in_use()
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_AS, memory + MAPPINGS_MB * MB)
    _lower(resource.RLIMIT_FSIZE, LARGEST_FILE)
    _lower(resource.RLIMIT_NOFILE, MOST_FILES_OPEN)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_STACK, STACK)
    seconds = 2 * int(limits.seconds) + 5  # the agent counts, and ends it sooner
    _lower(resource.RLIMIT_CPU, seconds, seconds + 1)
    if uid is not None and uid >= PRIVATE_UIDS:
        # Counted per uid on the whole machine, so only for a uid that nobody else has.
        _lower(resource.RLIMIT_NPROC, MOST_PROCESSES)


PRIVATE_UIDS = 0x4000_0000
GUARD_UIDS = 0x5000_0000
NOBODY_ELSE = 65_533  # the highest but two of a user namespace as engines make them


def private_uid() -> int:
    """A uid that no account and no other agent of this machine has."""
    return PRIVATE_UIDS + os.getpid()


@contextlib.contextmanager
def standing_in_for(uid: int) -> Iterator[None]:
    """Act as this uid for a moment, beyond the reach of its processes; for root with one thread.

    Only the effective uid becomes theirs. They may signal or trace whoever has their real or saved
    one, and those of ours are nobody's and root's.
    """
    if uid == 0 or os.geteuid() != 0:
        raise ValueError(f"{os.geteuid()} cannot stand in for uid {uid}")
    try:
        _stand_in(uid)
        yield
    finally:
        os.setresuid(0, 0, 0)


def _stand_in(uid: int) -> None:
    # We may signal whoever is `guard` too, so it is one that nothing else runs as; and never root.
    for guard in (GUARD_UIDS + os.getpid(), NOBODY_ELSE):
        with contextlib.suppress(OSError):  # not mapped in this user namespace
            os.setresuid(guard, uid, 0)
            return
    os.setresuid(uid, uid, 0)


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    hard = soft if hard is None else hard
    _, allowed = resource.getrlimit(which)
    if allowed != resource.RLIM_INFINITY:
        soft, hard = min(soft, allowed), min(hard, allowed)
    with contextlib.suppress(OSError, ValueError):  # macOS knows some of them only by name
        resource.setrlimit(which, (soft, hard))


def _in_use() -> int:
    """Bytes of address space before any of the learner's."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
    return 0
