"""The fork server: one thread, everything imported, a new process in a millisecond.

Commands come as JSON lines on the control socket: `{"fork": true}` with two descriptors, the
child's end of the value channel and the pipe for what it prints; `{"load": [modules]}`.
Answers: `{"forked": pid}` or `{"refused": why}`; later `{"exited": pid, "status": n}`, where a
negative status is a signal; once `{"warm": true}`.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from runner.birth import CLEAN
from runner.learner import become
from runner.rights import adopt_orphans

# What submissions usually import: free in every fork once one of them needs it.
# fmt: off
COMMON = frozenset((
    "abc", "asyncio", "base64", "bisect", "collections.abc", "concurrent.futures", "contextlib",
    "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib",
    "heapq", "importlib.util", "inspect", "io", "itertools", "logging", "math", "operator",
    "pathlib", "queue", "random", "re", "socket", "statistics", "string", "struct", "subprocess",
    "tempfile", "textwrap", "threading", "time", "traceback", "types", "typing", "urllib.parse",
    "uuid", "zlib",
))
# fmt: on
IDLE_SECONDS = 0.3


def serve(control: socket.socket, libraries: Sequence[str]) -> None:
    """Serve until the agent closes its end."""
    adopt_orphans()
    os.environ.clear()
    os.environ.update(CLEAN)
    gc.freeze()
    Zygote(control, libraries).serve()


class Zygote:
    """Forks on request and reaps what it forked, and what those left behind."""

    def __init__(self, control: socket.socket, libraries: Sequence[str]) -> None:
        self._control = control
        self._unread = b""
        self._forked: set[int] = set()
        self._to_warm = list(libraries)
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Answer until the control socket ends."""
        while True:
            timeout = IDLE_SECONDS if self._to_warm else None
            ends = [self._control.fileno(), self._woken]
            ready, _, _ = select.select(ends, [], [], timeout)
            if not ready:
                self._warm_one()
            if self._woken in ready:
                with suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()
            if self._control.fileno() in ready and not self._answer():
                return

    def _answer(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, 4096, 8)
        if not data:
            return False
        self._unread += data
        while b"\n" in self._unread:
            line, _, self._unread = self._unread.partition(b"\n")
            wanted = json.loads(line)
            if "load" in wanted:
                self._load(wanted["load"])
            else:
                self._fork(descriptors)
        return True

    def _fork(self, descriptors: list[int]) -> None:
        values, printed = descriptors
        try:
            pid = os.fork()
        except OSError as error:
            self._tell(refused=str(error))
        else:
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                become(values, printed)
            self._forked.add(pid)
            self._tell(forked=pid)
        for descriptor in descriptors:
            os.close(descriptor)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._forked:  # the rest are orphans we adopted
                self._forked.discard(pid)
                self._tell(exited=pid, status=os.waitstatus_to_exitcode(status))

    def _load(self, names: list[str]) -> None:
        for name in names:
            with suppress(ImportError):
                importlib.import_module(name)
        gc.collect()
        gc.freeze()

    def _warm_one(self) -> None:
        self._load([self._to_warm.pop(0)])
        if not self._to_warm:
            self._tell(warm=True)

    def _tell(self, **fields: object) -> None:
        try:
            self._control.sendall(json.dumps(fields).encode() + b"\n")
        except OSError:  # the agent is gone, and so should we be
            sys.exit(0)
