"""A long-running program with the learner's rights; used like a `subprocess.Popen`."""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from runner.child import Child
from runner.ring import Ring


class Program:
    """The fork server is its parent, so its end is told, not waited for."""

    def __init__(self, argv: Sequence[str], child: Child, ring: Ring) -> None:
        self.args = list(argv)
        self.pid = child.pid
        self.stdout = Printed(child.printed, ring)
        self._child = child

    @property
    def returncode(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._child.status

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self._child.status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        import subprocess

        if not self._child.ended.wait(timeout) or self._child.status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self._child.status

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Printed:
    """What it prints, as it comes."""

    def __init__(self, pipe: int, ring: Ring) -> None:
        self._pipe = pipe
        self._ring = ring

    def read1(self, size: int, /) -> bytes:
        """What is there, once something is; empty when nobody holds the other end any more."""
        data = os.read(self._pipe, size)
        self._ring.add(data)
        return data

    def close(self) -> None:
        """Stop reading."""
        os.close(self._pipe)
