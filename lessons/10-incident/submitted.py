"""What the last exercise's rig must know of a submission without asking it."""

import ast
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from lab.errors import SubmissionFault
from lab.family import descendants

LOOK_SECONDS = 1.0  # looking through all processes takes time itself
PROC = Path("/proc")
OF_A_PROCESS = 2  # the kernel's clock of a process, in the low bits of its id


class Usage:
    """The processor seconds of some processes and of all that they start, while it is open.

    Args:
        roots: The processes that run now.
    """

    def __init__(self, roots: Callable[[], Iterable[int]]) -> None:
        self._roots = roots
        self._used: dict[int, float] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="usage")

    def __enter__(self) -> "Usage":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """The end."""
        self._is_over.set()
        self._thread.join(5)

    @property
    def seconds(self) -> float:
        """Of all processes that were seen."""
        return sum(self._used.values())

    def _watch(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            for pid in {one for root in self._roots() for one in family_of(root)}:
                with suppress(OSError):
                    now = time.clock_gettime(~pid << 3 | OF_A_PROCESS)
                    self._used[pid] = max(now, self._used.get(pid, 0.0))


def family_of(root: int) -> set[int]:
    """All processes of its uid, where that is not ours; else it and what it has started."""
    uid = owner_of(root)
    if uid in {None, os.getuid()}:
        return {root, *descendants(root)}
    pids = (int(one.name) for one in PROC.iterdir() if one.name.isdecimal())
    return {pid for pid in pids if owner_of(pid) == uid}


def owner_of(pid: int) -> int | None:
    """Whose process it is; None when nobody can tell."""
    with suppress(OSError):
        return (PROC / str(pid)).stat().st_uid
    return None


def number_in(text: str, name: str, most: int) -> int:
    """A whole number that the file gives a name, without running the file."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise SubmissionFault(f"service.py is no Python: {error}") from error
    for node in body:
        if (
            isinstance(node, ast.Assign)
            and [getattr(one, "id", "") for one in node.targets] == [name]
            and isinstance(node.value, ast.Constant)
            and type(node.value.value) is int
        ):
            return min(max(node.value.value, 1), most)
    raise SubmissionFault(f"service.py has no line `{name} = ` with a whole number")
