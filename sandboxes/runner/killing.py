"""Ending every process of the learner, however many, wherever they hide."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

from runner.rights import standing_in_for

HAS_PROC = os.path.exists("/proc/self/status")


def kill_uid(uid: int) -> None:
    """Kill every process of this uid, in one call that no fork of theirs can overtake."""
    with standing_in_for(uid), suppress(ProcessLookupError, PermissionError):
        os.kill(-1, signal.SIGKILL)


def kill_below(root: int) -> None:
    """Stop everything below a process, then kill it."""
    found = descendants(root)
    # Stopped first: a process that is stopped does not fork away from the second signal.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def of_uid(uid: int) -> set[int]:
    """Every process whose real uid it is, as listed: whoever ends meanwhile may be among them."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            status = _read(f"/proc/{name}/status")
            if int(status.partition(b"\nUid:\t")[2].split(None, 1)[0]) == uid:
                found.add(int(name))
    return found


def descendants(root: int) -> set[int]:
    """Every process below `root`, zombies included: threads of such a one may live on."""
    children: dict[int, set[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, set()).add(pid)
    found: set[int] = set()
    unseen = [root]
    while unseen:
        below = children.get(unseen.pop(), set()) - found
        found |= below
        unseen.extend(below)
    return found


def _parents() -> Iterator[tuple[int, int]]:
    if HAS_PROC:
        yield from _parents_by_proc()
        return
    import subprocess

    words = ["/bin/ps", "-axo", "pid=,ppid="]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as asked:
        listing, _ = asked.communicate()
    for line in listing.splitlines():
        pid, parent = map(int, line.split())
        if pid != asked.pid:
            yield pid, parent


def _parents_by_proc() -> Iterator[tuple[int, int]]:
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            # After the name, which may have any character but ends with the last bracket.
            yield int(name), int(_read(f"/proc/{name}/stat").rpartition(b")")[2].split()[1])


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 1024)
    finally:
        os.close(file)
