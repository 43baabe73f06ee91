"""What the last exercise's rig must know of a submission without asking it."""

import ast
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from lab.errors import SubmissionFault
from lab.family import descendants

LOOK_SECONDS = 0.25
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
            for root in self._roots():
                for pid in (root, *descendants(root)):
                    with suppress(OSError):
                        now = time.clock_gettime(~pid << 3 | OF_A_PROCESS)
                        self._used[pid] = max(now, self._used.get(pid, 0.0))


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
