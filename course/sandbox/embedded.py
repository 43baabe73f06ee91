"""The embedded backend: the same agent as a child process on this machine."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from course.errors import SandboxError, SandboxLost
from course.model.scratch import make_scratch
from course.sandbox.box import HASH_SEED, RANDOM, Autopsy, BoxKind, Purpose, Size
from course.sandbox.left_over import erase, left_by_embedded
from course.sandbox.tail import Tail

CHUNK = 64 * 1024
LEARNER_UID = "COURSE_LEARNER_UID"  # whom submissions run as, where the course runs as root
GOODBYE_SECONDS = 4.0  # the agent ends in order when its stdin closes; then it is killed
PASSED_ON = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", LEARNER_UID)
SOCKET_PATH = 103 if sys.platform == "darwin" else 107  # bytes: what `sun_path` holds
BELOW_PLACE = len("/course-check-12345678/lab-12345678/r-12345678/socket")  # what reports go to
LONGEST_PLACE = SOCKET_PATH - BELOW_PLACE
WARNING = "Practice: your code runs with your own rights on this computer."


class EmbeddedBackend:
    """Starts agents as children.

    Args:
        sandboxes: The folder with the agent.
    """

    def __init__(self, sandboxes: Path) -> None:
        self._sandboxes = sandboxes
        self._boxes: list[EmbeddedBox] = []

    def start(
        self,
        size: Size,
        *,
        run_id: str,  # noqa: ARG002  only Docker can label a box with it
        purpose: Purpose,
        hash_seed: str = RANDOM,
    ) -> "EmbeddedBox":
        """Start an agent with a scratch folder of its own; raises SandboxError."""
        work = _scratch(purpose)
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment = {
            **passed_on,
            "LANG": "C.UTF-8",
            "COURSE_WORK": str(work),
            "TMPDIR": str(work),  # so that whatever it leaves goes with the scratch folder
            "COURSE_SECONDS": str(size.seconds),
            "COURSE_SERVERS": str(int(size.data_mb > 0)),
            HASH_SEED: hash_seed,
        }
        agent = subprocess.Popen(
            [sys.executable, "-s", "-B", str(self._sandboxes / "__main__.py")],
            cwd=work,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C in the terminal is ours to handle, not the agent's
        )
        box = EmbeddedBox(agent, work)
        self._boxes.append(box)
        return box

    def left_over(self) -> Sequence[str]:
        """Folders and processes of boxes that were closed."""
        return left_by_embedded(box.work for box in self._boxes if box.is_closed)


def _scratch(purpose: Purpose) -> Path:
    """A fresh folder, in whose subfolders a Unix socket can still be made."""
    place = tempfile.gettempdir()
    if len(os.fsencode(place)) > LONGEST_PLACE:
        raise SandboxError(
            f"The folder for temporary files has too long a name: {place}.",
            "Set TMPDIR to a shorter one, such as /tmp.",
        )
    return make_scratch(purpose)


class EmbeddedBox:
    """A running agent and its scratch folder.

    Args:
        agent: The child, with all three streams piped.
        work: Erased at the end.
    """

    kind: BoxKind = "embedded"

    def __init__(self, agent: "subprocess.Popen[bytes]", work: Path) -> None:
        self._agent = agent
        self.work = work
        self._complaints = Tail()
        self._sending = threading.Lock()
        self._closing = threading.Lock()
        self.is_closed = False
        self._listener = threading.Thread(target=self._listen, daemon=True, name="agent stderr")
        self._listener.start()

    @property
    def pid(self) -> int:
        """The agent's."""
        return self._agent.pid

    def send(self, data: bytes) -> None:
        """Write to the agent's stdin."""
        stream = self._agent.stdin
        try:
            with self._sending:
                assert stream is not None  # noqa: S101  piped
                view = memoryview(data)
                while view:
                    view = view[stream.write(view) or 0 :]
        except (OSError, ValueError) as error:
            raise SandboxLost("The sandbox ended while it was being spoken to.") from error

    def receive(self) -> bytes:
        """The next chunk of the agent's stdout."""
        stream = self._agent.stdout
        try:
            assert stream is not None  # noqa: S101  piped
            chunk = stream.read(CHUNK) or b""
        except (OSError, ValueError):
            return b""
        if not chunk:
            stream.close()  # by its only reader
        return chunk

    def close(self, *, patient: bool = True) -> None:
        """Close stdin, which ends it; kill what does not end; erase the scratch folder."""
        with self._closing:
            if self.is_closed:
                return
            self.is_closed = True
            self._end(GOODBYE_SECONDS if patient else 0.0)
            erase(self.work)

    def autopsy(self) -> Autopsy:
        """How it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._agent.wait(1)
        return Autopsy(exit_code=self._agent.poll(), stderr_tail=self._complaints.text())

    def _end(self, seconds: float) -> None:
        stream = self._agent.stdin
        with contextlib.suppress(OSError):
            assert stream is not None  # noqa: S101  piped
            stream.close()
        try:
            self._agent.wait(seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._agent.pid, signal.SIGKILL)
            self._agent.wait(GOODBYE_SECONDS)
        self._listener.join(1)  # a stray grandchild may hold the pipe open

    def _listen(self) -> None:
        stream = self._agent.stderr
        assert stream is not None  # noqa: S101  piped
        with stream:
            while chunk := stream.read(CHUNK):
                self._complaints.feed(chunk)
