"""The fork server: one thread, everything imported, a new process in a millisecond.

Commands come as JSON lines on the control socket, and are answered in their order:

    {"fork": true} with the child's end of the value channel and the pipe for what it prints:
        {"forked": pid} or {"refused": why}; later, out of order, {"exited": pid, "status": n},
        where a negative status is a signal
    {"drain": seconds}: kill all there is; {"drained": true} when it is proved that none is left
    {"learner": uid or null}: whose processes they are from now on
    {"erase": [places]}: remove what that uid owns in them; {"left": [what resisted]}
    {"make": folder}: a fresh folder for that uid; {"made": why not, or empty}
    {"load": [modules]}: import these

`{"warm": true}` comes once, when what is imported ahead is there.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress

from runner.birth import CLEAN
from runner.erasing import destroy_shared, erase, make_folder
from runner.killing import kill_below, kill_uid
from runner.learner import become
from runner.reaping import Reaper
from runner.rights import adopt_orphans, keep_shared_memory_apart, standing_in_for

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
MOST_TOLD = 20  # of what could not be erased
LAST_SECONDS = 3.0  # to kill everything when the agent is gone


def serve(control: socket.socket, libraries: Sequence[str]) -> None:
    """Serve until the agent closes its end."""
    adopt_orphans()
    keep_shared_memory_apart()
    os.environ.clear()
    os.environ.update(CLEAN)
    gc.freeze()
    Zygote(control, libraries).serve()


class Zygote:
    """Forks on request, reaps what it forked and what those left behind, and ends them all."""

    def __init__(self, control: socket.socket, libraries: Sequence[str]) -> None:
        self._control = control
        self._unread = b""
        self._forked: set[int] = set()
        self._uid: int | None = None
        self._to_warm = list(libraries)
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        self._reaper = Reaper(self._ended, self._woken)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Answer until the control socket ends; then leave nobody behind."""
        try:
            self._serve()
        finally:
            self._drain(LAST_SECONDS)

    def _serve(self) -> None:
        while True:
            timeout = IDLE_SECONDS if self._to_warm else None
            ends = [self._control.fileno(), self._woken]
            ready, _, _ = select.select(ends, [], [], timeout)
            if not ready:
                self._warm_one()
            if self._woken in ready:
                self._reaper.reap()
            if self._control.fileno() in ready and not self._answer():
                return

    def _answer(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, 4096, 8)
        if not data:
            return False
        self._unread += data
        while b"\n" in self._unread:
            line, _, self._unread = self._unread.partition(b"\n")
            ((verb, wanted),) = json.loads(line).items()
            if verb == "fork":
                self._fork(descriptors)
            else:
                getattr(self, f"_do_{verb}")(wanted)
        return True

    def _do_drain(self, seconds: float) -> None:
        self._tell(drained=self._drain(seconds))

    def _do_learner(self, uid: int | None) -> None:
        self._uid = uid

    def _do_erase(self, places: list[str]) -> None:
        """Only its owner can look into a closed folder; after a drain nobody can be in the way."""
        uid = self._uid or 0
        try:
            os.setegid(uid)  # to which the learner's own folder is open
            with standing_in_for(uid):
                left = erase(places, uid)
        except (OSError, ValueError) as error:
            left = [str(error)]
        finally:
            os.setegid(0)
        self._tell(left=left[:MOST_TOLD])

    def _do_make(self, folder: str) -> None:
        self._tell(made=make_folder(folder, self._uid or 0))

    def _do_load(self, names: list[str]) -> None:
        self._load(names)

    def _drain(self, seconds: float) -> bool:
        uid = self._uid
        if uid is None:
            return self._reaper.drain(lambda: kill_below(os.getpid()), seconds)
        is_over = self._reaper.drain(lambda: kill_uid(uid), seconds)
        with standing_in_for(uid):
            destroy_shared(uid)
        return is_over

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

    def _ended(self, pid: int, status: int) -> None:
        if pid in self._forked:  # the rest are orphans we adopted
            self._forked.discard(pid)
            self._tell(exited=pid, status=status)

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
        with suppress(OSError):  # where the agent is gone, its end of the socket tells that
            self._control.sendall(json.dumps(fields).encode() + b"\n")
