"""Whose something is: a process, named so that a later one cannot be taken for it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """One process on one machine since one boot: no two ever share all three.

    Args:
        pid: Its process id.
        start: When it started, in whatever form this system tells it.
        boot: The boot of the machine, and the namespace in which `pid` counts.
    """

    pid: int
    start: str
    boot: str


def this_process() -> Owner:
    """The process that is running now."""
    pid = os.getpid()
    return Owner(pid, start_of(pid) or "", boot())


def start_of(pid: int) -> str | None:
    """When a process started, or None when there is no such process to be seen."""
    if sys.platform != "linux":
        return _answer("ps", "-o", "lstart=", "-p", str(pid)) or None
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The command name stands in parentheses and may hold anything, parentheses included.
    return stat.rpartition(")")[2].split()[19]


def boot() -> str:
    """A name for this boot of this machine, and for the namespace our process ids count in."""
    if sys.platform != "linux":
        return _answer("sysctl", "-n", "kern.boottime")
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot_id}/{Path('/proc/self/ns/pid').readlink()}"


def is_alive(pid: int, start: str) -> bool:
    """Whether the process that started then still runs (yes, when it cannot be told)."""
    seen = start_of(pid)
    if seen is not None:
        return seen == start
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # /proc hides other users' processes here
    return True


def _answer(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    return ran.stdout.strip()
