"""A long-running program with the learner's rights; used like a `subprocess.Popen`."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress

from runner.child import Child
from runner.ring import Ring

LONGEST_LINE = 16 * 1024


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
    """What it prints, line by line; a line without an end comes in pieces."""

    def __init__(self, pipe: int, ring: Ring) -> None:
        self._file = os.fdopen(pipe, "rb")
        self._ring = ring

    def __iter__(self) -> Iterator[bytes]:
        """Until everything that holds the other end is gone."""
        while line := self._file.readline(LONGEST_LINE):
            self._ring.add(line)
            yield line

    def close(self) -> None:
        """Stop reading."""
        self._file.close()
