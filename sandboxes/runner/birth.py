"""How the fork server comes to be: a fork of the agent where that is safe, else a program."""

import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

CLEAN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
LIBRARIES = ("redis", "pymongo")  # slow to import: done while nobody waits
HASH_SEED = "PYTHONHASHSEED"
OURS = ("agent", "lab")  # what a learner's process knows nothing of


class Born:
    """A running fork server.

    Args:
        pid: Its process, a child of ours.
        control: Our end of its socket.
    """

    def __init__(self, pid: int, control: socket.socket) -> None:
        self.pid = pid
        self.control = control
        self._is_over = False

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return not self._is_over and not self._ended(os.WNOHANG)

    def end(self) -> None:
        """Kill and reap it; idempotent."""
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        if not self._is_over:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._ended(0)
        self.control.close()

    def _ended(self, how: int) -> bool:
        try:
            self._is_over = os.waitpid(self.pid, how)[0] == self.pid
        except ChildProcessError:  # somebody else waited for it
            self._is_over = True
        return self._is_over


def bear() -> Born:
    """Start one; must come before the first thread, with which a fork would be unsafe."""
    if sys.platform != "linux":  # a fork on macOS may not use what the system's libraries do
        return spawn()
    from runner.zygote import serve

    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return Born(pid, ours)
    ours.close()
    status = 70
    try:
        _forget_the_agent()
        serve(theirs, libraries())
        status = 0
    except SystemExit:
        status = 0
    finally:
        os._exit(status)


def spawn() -> Born:
    """Start one as a program of its own, for a process that has threads already."""
    import subprocess

    ours, theirs = socket.socketpair()
    here = os.path.dirname(os.path.abspath(__file__))
    program = subprocess.Popen(
        [sys.executable, "-s", "-B", "-X", "utf8", here, *libraries()],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        env={**CLEAN, HASH_SEED: hash_seed()},
        start_new_session=True,
    )
    theirs.close()
    program.returncode = 0  # it is waited for here, and not where Popen would
    return Born(program.pid, ours)


def hash_seed() -> str:
    """What Python here mixes into the hashes of text, so that a set's order comes out again."""
    return os.environ.get(HASH_SEED, "random")


def libraries() -> Sequence[str]:
    """What is imported ahead; of no use where there will be no server to talk to."""
    return LIBRARIES if os.environ.get("COURSE_SERVERS", "1") == "1" else ()


def _forget_the_agent() -> None:
    """As if the process had been started for this: nothing of the agent's streams or modules."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    sys.path.pop(0)  # so that the learner's imports find nothing of ours
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
