"""Starting child processes so that none outlives us."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL

from lab.limits import limit
from runner.birth import HASH_SEED, hash_seed

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SANDBOXES = Path(__file__).resolve().parent.parent

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Spawner:
    """Starts processes from one thread that lives as long as we do.

    The kernel's parent-death signal is sent when the *thread* that started a child ends, so a
    trigger's own thread must never be the one that starts it.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
        adopt_orphans()

    def spawn(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        uid: int | None = None,
        limited: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start `argv` in a session of its own, output piped, stdin empty."""
        first = _first_steps_limited if limited else _die_with_parent
        start = self._thread.submit(_start, list(argv), folder, dict(environment), uid, first)
        return start.result()

    def close(self) -> None:
        """End the thread; children get the parent-death signal."""
        self._thread.shutdown(wait=False)


def _start(
    argv: list[str],
    folder: Path,
    environment: dict[str, str],
    uid: int | None,
    first: Callable[[], None],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=first,  # noqa: PLW1509  a few system calls
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, SIGKILL)


def _first_steps_limited() -> None:
    _die_with_parent()
    limit()


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent died, so that they can be ended too."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What every child gets: a fixed PATH, our packages, UTF-8, and `extra`."""
    return {
        "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(SANDBOXES),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        HASH_SEED: hash_seed(),
        **extra,
    }
