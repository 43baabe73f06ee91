"""Which processes are there and do something: a zombie that nobody has reaped yet does not."""

from contextlib import suppress
from pathlib import Path

from runner.killing import descendants


def living_below(root: int) -> set[int]:
    """Those below a process of which at least one thread lives."""
    return {pid for pid in descendants(root) if lives(pid)}


def lives(pid: int) -> bool:
    """Whether one of its threads does."""
    for thread in Path(f"/proc/{pid}/task").glob("[0-9]*/stat"):
        with suppress(OSError):
            if thread.read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX":
                return True
    return not Path("/proc/self").exists()  # without /proc only the living are listed
