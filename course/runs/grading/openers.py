"""Has files of learners opened in processes that are thrown away with whatever went wrong there."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from course.errors import StorageError, SubmissionRefused
from course.model.json import Fields
from course.model.untrusted import clean_line
from course.runs.grading.folders import Files
from course.runs.intake import LARGEST_TOTAL

ROOT = Path(__file__).resolve().parents[3]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from course.runs.grading.opener import main; main()"
)
WALL_SECONDS = 300.0  # a computer may be busy; what counts is the process's own time
UNPACK_WALL_SECONDS = 1200.0
READ_SECONDS = 2  # of processor time, for one learner's files
UNPACK_SECONDS = 10  # for an archive of a whole class, and more for a large one
BYTES_A_SECOND = 4 << 20
TRIES = 2
MOST_IDLE = 16
LONGEST_HEAD = 4 << 20  # bytes
CHUNK = 1 << 16
OVERDUE = -signal.SIGXCPU
CRASHES = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL}


class Gone(Exception):
    """The process ended, was too slow, or said what it may not say."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"it ended with {status}")
        self.status = status


class Openers:
    """As many processes as there are threads that want something opened; safe from any thread.

    Args:
        wall_seconds: How long one may take for a learner's files, by the clock.
        unpack_seconds: Of processor time, for an archive of a class.
    """

    def __init__(
        self, wall_seconds: float = WALL_SECONDS, unpack_seconds: int = UNPACK_SECONDS
    ) -> None:
        self._wall_seconds = wall_seconds
        self._unpack_seconds = unpack_seconds
        self._lock = threading.Lock()
        self._idle: list[Opener] = []
        self._is_closed = False

    def read(self, place: Path) -> Files:
        """The files of one learner.

        Raises:
            SubmissionRefused: They cannot be taken in.
            StorageError: Nobody could read them here, which says nothing about them.
        """
        return self._asked({"read": str(place), "seconds": READ_SECONDS}, self._wall_seconds)

    def unpack(self, archive: Path, folder: Path) -> None:
        """Unpack the archive of a whole class below a folder; raises as `read` does."""
        allowed = self._unpack_seconds + archive.stat().st_size // BYTES_A_SECOND
        order: Fields = {"unpack": str(archive), "into": str(folder), "seconds": allowed}
        self._asked(order, UNPACK_WALL_SECONDS)

    def close(self) -> None:
        """End them; idempotent."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for opener in idle:
            opener.end()

    def _asked(self, order: Fields, seconds: float) -> Files:
        status: int | None = None
        for _ in range(TRIES):
            try:
                return self._attempt(order, seconds)
            except Gone as gone:
                status = gone.status
                if status == OVERDUE:
                    raise SubmissionRefused(
                        "It takes too much processor time to open it."
                    ) from gone
        if status in CRASHES:
            raise SubmissionRefused("Nothing can open it: what tries that crashes.")
        raise StorageError("Its files could not be read here, twice.", "Try again with --resume.")

    def _attempt(self, order: Fields, seconds: float) -> Files:
        opener = self._take()
        try:
            head, files = opener.ask(order, seconds)
        except Gone:
            opener.end()
            raise
        if "files" in head:
            self._give(opener)
            return files
        opener.end()  # whatever was wrong with the file, nobody else's is opened there
        if "trouble" in head:
            raise StorageError(clean_line(str(head["trouble"])))
        raise SubmissionRefused(clean_line(str(head.get("refused"))))

    def _take(self) -> "Opener":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Opener()

    def _give(self, opener: "Opener") -> None:
        with self._lock:
            if not self._is_closed and len(self._idle) < MOST_IDLE:
                self._idle.append(opener)
                return
        opener.end()


class Opener:
    """One process, and our end of its socket."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", START, str(ROOT)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        theirs.close()
        self._unread = b""

    def ask(self, order: Fields, seconds: float) -> tuple[dict[str, Any], Files]:
        """What it says, and the files; raises Gone."""
        until = time.monotonic() + seconds
        try:
            self._channel.settimeout(seconds)
            self._channel.sendall(json.dumps(order).encode() + b"\n")
            while b"\n" not in self._unread:
                self._receive(until, LONGEST_HEAD)
            line, _, self._unread = self._unread.partition(b"\n")
            head = json.loads(line)
            sizes = _sizes(head)
            while len(self._unread) < sum(sizes.values()):
                self._receive(until, 2 * LARGEST_TOTAL)
        except (OSError, ValueError, RecursionError) as error:
            raise Gone(self._status()) from error
        return head, self._cut(sizes)

    def end(self) -> None:
        """Kill it; idempotent."""
        self._channel.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def _receive(self, until: float, most: int) -> None:
        self._channel.settimeout(max(until - time.monotonic(), 0.01))
        data = self._channel.recv(CHUNK)
        self._unread += data
        if not data or len(self._unread) > most:
            raise OSError

    def _cut(self, sizes: dict[str, int]) -> Files:
        files: Files = {}
        at = 0
        for name, size in sizes.items():
            files[name] = self._unread[at : at + size]
            at += size
        if at != len(self._unread):
            raise Gone(self._status())
        self._unread = b""
        return files

    def _status(self) -> int | None:
        """How it ended; None when it has not, and is late."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(0.5)
        return None


def _sizes(head: object) -> dict[str, int]:
    """Names and sizes, read strictly; raises ValueError."""
    listed = head.get("files", []) if isinstance(head, dict) else None
    if not isinstance(listed, list):
        raise ValueError(head)  # noqa: TRY004  all that is odd here is caught as one
    sizes: dict[str, int] = {}
    for name, size in listed:
        if not isinstance(name, str) or type(size) is not int or size < 0 or name in sizes:
            raise ValueError(name)
        sizes[name] = size
    if sum(sizes.values()) > LARGEST_TOTAL:
        raise ValueError(head)
    return sizes
