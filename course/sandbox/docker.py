"""The Docker backend: one container per box, reached over its attached streams alone."""

import contextlib
import secrets
import socket
import threading
from collections.abc import Sequence

from course.errors import SandboxError, SandboxLost
from course.model.owner import Owner, this_process
from course.sandbox.box import RANDOM, Autopsy, BoxKind, Purpose, Size
from course.sandbox.engine import Engine
from course.sandbox.flags import AGENT, container_config
from course.sandbox.labels import RUN, box_labels
from course.sandbox.material import seccomp_profile
from course.sandbox.pipe import Pipe
from course.sandbox.podman import for_podman
from course.sandbox.tail import Tail

STDOUT, STDERR = 1, 2
CHUNK = 64 * 1024
HEADER = 8
# An agent without a lab ends at once when its stdin does. That spares the engine a kill.
END_SECONDS = {"check": 0.5, "batch": 0.5, "lab": 0.0}
REMOVAL_SECONDS = 0.5  # an engine may miss telling of it; then it is asked to remove what is gone


class DockerBackend:
    """Starts boxes as containers of one image.

    Args:
        engine: The engine to start them on.
        image: The id (not a tag, which could be moved) of the image.
        command: What to run; the agent unless a test says otherwise.
    """

    def __init__(self, engine: Engine, image: str, command: tuple[str, ...] = AGENT) -> None:
        self._engine = engine
        self._image = image
        self._command = command
        self._owner: Owner = this_process()
        self._boxes: list[DockerBox] = []
        self._seccomp = seccomp_profile()

    def start(
        self, size: Size, *, run_id: str, purpose: Purpose, hash_seed: str = RANDOM
    ) -> "DockerBox":
        """Create, attach, start: three calls, in the one order that loses no output."""
        labels = box_labels(self._owner, run_id=run_id, purpose=purpose, seconds=size.seconds)
        config = container_config(
            image=self._image,
            command=self._command,
            size=size,
            purpose=purpose,
            labels=labels,
            seccomp=self._seccomp,
            hash_seed=hash_seed,
        )
        if self._engine.is_podman:
            config = for_podman(config)
        name = f"course-{secrets.token_hex(16)}"
        try:
            self._engine.create(name, config)
            pipe = self._engine.attach(name)
            self._engine.start(name)
        except BaseException:
            with contextlib.suppress(SandboxError):
                self._engine.remove(name)
            raise
        box = DockerBox(self._engine, name, pipe, self._image, END_SECONDS[purpose])
        self._boxes.append(box)
        return box

    def left_over(self) -> Sequence[str]:
        """Containers of boxes that were closed."""
        names = {box.name for box in self._boxes if box.is_closed}
        living = {name.lstrip("/") for box in self._engine.containers(RUN) for name in box["Names"]}
        return [f"container {name}" for name in sorted(names & living)]


class DockerBox:
    """A running container and the two streams of its agent.

    Args:
        engine: The engine it runs on.
        name: The container.
        pipe: Its attached socket.
        image: The image it was made from.
        end_seconds: How long it may take to end by itself.
    """

    kind: BoxKind = "docker"

    def __init__(
        self, engine: Engine, name: str, pipe: Pipe, image: str, end_seconds: float = 0.0
    ) -> None:
        self.name = name
        self._end_seconds = end_seconds
        self._engine = engine
        self._pipe = pipe
        self._image = image
        self._frames = Frames()
        self._complaints = Tail()
        self._ended = threading.Event()
        self._closing = threading.Lock()
        self.is_closed = False

    def send(self, data: bytes) -> None:
        """Write to the agent's stdin."""
        try:
            self._pipe.sendall(data)
        except OSError as error:
            raise SandboxLost("The sandbox ended while it was being spoken to.") from error

    def receive(self) -> bytes:
        """The next chunk of stdout; stderr that arrives on the way is kept for the autopsy."""
        while not self._ended.is_set():
            try:
                data = self._pipe.recv(CHUNK)
            except OSError:
                data = b""
            if not data:
                self._ended.set()
            answer = bytearray()
            for stream, payload in self._frames.feed(data):
                if stream == STDERR:
                    self._complaints.feed(payload)
                else:
                    answer += payload
            if answer:
                return bytes(answer)
        return b""

    def close(self, *, patient: bool = True) -> None:
        """End the container and remove it, also when it is half gone already."""
        with self._closing:
            if self.is_closed:
                return
            self.is_closed = True
        try:
            # An engine that is gone cannot remove it; then it ends because its stdin did.
            with contextlib.suppress(SandboxError):
                if not (patient and self._ends_by_itself()):
                    self._engine.remove(self.name)
        finally:
            self._pipe.close()

    def _ends_by_itself(self) -> bool:
        """Close its stdin, and wait a moment for what follows from that."""
        with contextlib.suppress(OSError):
            self._pipe.shutdown(socket.SHUT_WR)
        is_over = self._ended.wait(self._end_seconds)
        with contextlib.suppress(OSError):
            self._pipe.shutdown(socket.SHUT_RDWR)
        return is_over and self._engine.is_removed(self.name, REMOVAL_SECONDS)

    def autopsy(self) -> Autopsy:
        """How it ended; without exit code while it runs."""
        code, oom, lost = None, False, ""
        if self._ended.is_set() or self.is_closed:
            try:
                code, oom = self._engine.ending(self.name)
            except SandboxError:
                lost = "its engine does not answer"
        return Autopsy(code, oom, self._complaints.text(), self._image, lost)


class Frames:
    """Takes the engine's attach stream apart: an 8-byte header names stream and length."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that are complete now, as (stream, payload)."""
        self._buffer += data
        frames: list[tuple[int, bytes]] = []
        start = 0
        while len(self._buffer) >= start + HEADER:
            end = start + HEADER + int.from_bytes(self._buffer[start + 4 : start + HEADER], "big")
            if len(self._buffer) < end:
                break
            frames.append((self._buffer[start], bytes(self._buffer[start + HEADER : end])))
            start = end
        del self._buffer[:start]
        return frames
