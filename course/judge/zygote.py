"""A process that has imported pytest once and forks for every check.

It reads one message for each fork from the socket on its stdin: the run's nonce, with two
descriptors: the fork's end of its channel, and a pipe. Into the pipe go the fork's pid, and when
it has ended its exit status. It ends with its stdin.
"""

import gc
import importlib
import os
import select
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from _pytest.config import default_plugins

from course.judge import compare
from course.judge.forked import run_tests

# Imported while nobody waits: what tests import, and what pytest would at its first run.
WARM = (
    "collections",
    "itertools",
    "json",
    "math",
    "random",
    "statistics",
    "time",
    compare.__name__,
)


def main() -> None:
    """Serve until stdin ends; then end what still runs."""
    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="course-judge-", ignore_cleanup_errors=True) as folder:
        Zygote(socket.socket(fileno=0), Path(folder)).serve()


class Zygote:
    """Forks, and tells how each fork ended.

    Args:
        control: To the course; the zygote ends with it.
        folder: For one folder per fork, which goes when the fork has ended.
    """

    def __init__(self, control: socket.socket, folder: Path) -> None:
        self._control = control
        self._folder = folder
        self._running: dict[int, int] = {}  # pid to the pipe that waits for its status
        self._woken, wake = os.pipe()
        for end in (self._woken, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until nobody is there any more."""
        while True:
            control = self._control.fileno()
            ready, _, _ = select.select([control, self._woken], [], [])
            if self._woken in ready:
                with suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()
            if control in ready and not self._take():
                return self._end()

    def _take(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, 256, 2)
        if len(descriptors) == 2:  # noqa: PLR2004  the channel and the pipe
            self._fork(message.decode(), *descriptors)
        return bool(message)

    def _fork(self, nonce: str, channel: int, pipe: int) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(pipe)
            for other in self._running.values():
                os.close(other)
            run_tests(channel, nonce, self._folder / str(os.getpid()))
        os.close(channel)
        self._running[pid] = pipe
        self._tell(pipe, pid)

    def _reap(self) -> None:
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                pipe = self._running.pop(pid)
                shutil.rmtree(self._folder / str(pid), ignore_errors=True)
                self._tell(pipe, os.waitstatus_to_exitcode(status))
                os.close(pipe)

    def _tell(self, pipe: int, number: int) -> None:
        with suppress(BrokenPipeError):
            os.write(pipe, b"%d\n" % number)

    def _end(self) -> None:
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
