"""Ending every process of the learner, however many, wherever they hide."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

FIRST_PAUSE, LONGEST_PAUSE = 0.0005, 0.02  # seconds between two looks

HAS_PROC = os.path.exists("/proc/self/status")

Find = Callable[[], set[int]]


def kill_all(find: Find, seconds: float = 3.0) -> bool:
    """Stop all, then kill all, until none is left; False when some survived."""
    until = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while found := find():
        # Stopped first: a process that is stopped does not fork away from the second signal.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        if time.monotonic() > until:
            return False
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    return True


def of_uid(uid: int) -> set[int]:
    """Every live process whose real or effective uid it is."""
    wanted = str(uid).encode()
    return {pid for pid, status in _statuses() if wanted in _after(b"\nUid:\t", status).split()[:3]}


def descendants(root: int, without: frozenset[int] = frozenset()) -> set[int]:
    """Every live process below `root`, except `without` and what is below those."""
    children: dict[int, set[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, set()).add(pid)
    found: set[int] = set()
    unseen = [root]
    while unseen:
        below = children.get(unseen.pop(), set()) - without - found
        found |= below
        unseen.extend(below)
    return found


def _parents() -> Iterator[tuple[int, int]]:
    if HAS_PROC:
        yield from ((pid, int(_after(b"\nPPid:\t", status))) for pid, status in _statuses())
        return
    import subprocess

    listing = subprocess.run(
        ["/bin/ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, state = line.split(None, 2)
        if not state.startswith("Z"):
            yield int(pid), int(parent)


def _statuses() -> Iterator[tuple[int, bytes]]:
    """`/proc/PID/status` of all that are not zombies; the owner of the folder can mislead."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        with suppress(OSError):
            file = os.open(f"/proc/{name}/status", os.O_RDONLY)
            try:
                status = os.read(file, 1024)
            finally:
                os.close(file)
            if _after(b"\nState:\t", status)[:1] not in (b"", b"Z", b"X"):
                yield int(name), status


def _after(label: bytes, status: bytes) -> bytes:
    """The rest of the line with this label (nobody can put a line break into his own name)."""
    _, _, rest = status.partition(label)
    return rest.partition(b"\n")[0]
