"""Who descends from whom, as the system tells it."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def children(pid: int) -> dict[int, str]:
    """The living children of a process, with their command lines."""
    return {child: _title(child) for child, parent in _parents().items() if parent == pid}


def descendants(pid: int) -> set[int]:
    """Everything below a process."""
    parents = _parents()
    found: set[int] = set()
    fresh = {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def tasks(pid: int) -> int:
    """Threads of a process and of everything below it, as a limit on processes counts them."""
    if not PROC.joinpath("self/stat").exists():
        return 1 + len(descendants(pid))
    return sum(_threads(one) for one in (pid, *descendants(pid)))


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(PROC / str(pid) / "task"))  # noqa: PTH208  asked often: no objects
    except OSError:
        return 0


def is_stopped(pid: int) -> bool:
    """Whether SIGSTOP has reached a process: the signal is sent long before it takes effect."""
    if PROC.joinpath("self/stat").exists():
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    else:
        state = _asked("stat=", pid).strip()
    return state.startswith("T")


def _parents() -> dict[int, int]:
    """Each living process and its parent; zombies are left out."""
    return _parents_by_proc() if PROC.joinpath("self/stat").exists() else _parents_by_ps()


def _parents_by_proc() -> dict[int, int]:
    found = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except (OSError, ValueError):
                continue  # it ended while we looked
            if state != "Z":
                found[int(folder.name)] = int(parent)
    return found


def _parents_by_ps() -> dict[int, int]:
    done = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    rows = (line.split() for line in done.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def _title(pid: int) -> str:
    """Its command line; empty when it has ended meanwhile."""
    if not PROC.joinpath("self/stat").exists():
        return _asked("args=", pid)
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace")


def _asked(column: str, pid: int) -> str:
    """A column of `ps` for one process."""
    done = subprocess.run(
        ["ps", "-o", column, "-p", str(pid)],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    return done.stdout
