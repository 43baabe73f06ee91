"""The course's end of the pre-imported judge: start it, fork a run from it, end it."""

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from course.judge.channel import Channel
from course.model.json import Fields

ROOT = Path(__file__).resolve().parent.parent.parent
START = "import sys; sys.path.insert(0, sys.argv[1]); from course.judge.zygote import main; main()"
LAST_SECONDS = 2.0


class Run:
    """One run of the tests: its channel, and how it ended.

    Args:
        channel: To it; the run owns it.
        pipe: From which its pid and its exit status come.
        abandon: What to do when it did not even start.
    """

    def __init__(self, channel: Channel, pipe: int, abandon: Callable[[], None]) -> None:
        self.channel = channel
        self._pipe = pipe
        self._abandon = abandon
        self._told = b""

    def status(self, seconds: float) -> int | None:
        """Its exit status once it has ended; None when it has not within `seconds`."""
        self._read(2, seconds)
        lines = self._told.split(b"\n")
        return int(lines[1]) if len(lines) > 2 else None  # noqa: PLR2004  pid, status, rest

    def close(self) -> None:
        """Hang up, and kill it if it has not ended."""
        self._read(1, LAST_SECONDS)
        if not self._told:
            self._abandon()
        elif self.status(0) is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(int(self._told.split(b"\n")[0]), signal.SIGKILL)
        self.channel.close()
        os.close(self._pipe)

    def _read(self, lines: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._told.count(b"\n") < lines:
            left = max(until - time.monotonic(), 0)
            if not select.select([self._pipe], [], [], left)[0]:
                return
            data = os.read(self._pipe, 64)
            if not data:
                return
            self._told += data


class JudgeProcess:
    """Starts when it is first needed, and again should it have died; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def warm(self) -> None:
        """Start it now, so that the first run finds it imported."""
        with self._lock:
            self._started()

    def fork(self, key: str, work: Fields, seed: int, *, shared: bool = False) -> Run:
        """A run of these tests, which starts at once.

        Args:
            key: The same for the same tests, and another one once anything about them changes.
            work: The tests, for the process that collects them.
            seed: Of the run.
            shared: Whether it asks of each test whether it is the one to run it.
        """
        nonce = secrets.token_hex(16)
        order: Fields = {"key": key, "work": work, "nonce": nonce, "seed": seed}
        order["shared"] = shared
        ours, theirs = socket.socketpair()
        pipe, told = os.pipe()
        with self._lock:
            try:
                self._order(order, theirs.fileno(), told)
            except OSError:  # it ended just now
                self._end()
                self._order(order, theirs.fileno(), told)
        theirs.close()
        os.close(told)
        return Run(Channel(ours, nonce), pipe, lambda: self._drop(key))

    def close(self) -> None:
        """End it, and every run with it; idempotent."""
        with self._lock:
            self._end()

    def _order(self, order: Fields, *ends: int) -> None:
        socket.send_fds(self._started(), [json.dumps(order).encode() + b"\n"], ends)

    def _drop(self, key: str) -> None:
        """End what collects these tests, or does not come to an end with that."""
        with self._lock, suppress(OSError):
            self._order({"drop": key})

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(LAST_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = self._control = None

    def _started(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self._end()
        self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-B", "-X", "utf8", "-c", START, str(ROOT)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "TMPDIR": tempfile.gettempdir(),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "PYTHONHASHSEED": "0",  # what a test makes of a set is the same for everybody
            },
            start_new_session=True,
        )
        theirs.close()
        return self._control
