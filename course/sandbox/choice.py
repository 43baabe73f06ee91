"""Which sandbox it is: Docker when an engine answers, else embedded, and why."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from course.errors import EngineMissing, SandboxError, SandboxLost
from course.model.event import Event
from course.model.lesson import Exercise, Lesson
from course.model.progress import SandboxReport
from course.sandbox.box import Backend, Purpose, Size, hash_seed_for
from course.sandbox.embedded import WARNING, EmbeddedBackend
from course.sandbox.left_over import sweep_scratch
from course.sandbox.material import sandboxes, source_digest
from course.sandbox.session import SIGN_SECONDS, BoxSession

if TYPE_CHECKING:  # docker takes a quarter of a second to import
    from course.sandbox.engine import Engine

Choice = Literal["auto", "docker", "embedded"]
BUILD = "course sandbox build"
BATCH_SECONDS = 3600.0
CLOSE_SECONDS = 3.0  # for what is being started, and again for what is being ended
AGENT_MB = 96  # what the agent itself needs beside a submission
LEAST_PATIENCE = 8.0  # seconds without a sign of life, on the slowest of machines
SHORTEST_SECONDS = 1800.0  # of a sandbox for a check: the last resort, on the slowest of machines


class Chooser:
    """Opens sessions in the sandbox that was asked for; decides once, when first needed.

    Args:
        choice: What the learner asked for.
    """

    def __init__(self, choice: Choice = "auto") -> None:
        self._choice = choice
        self._lock = threading.Lock()
        self._decided: tuple[Backend, SandboxReport] | None = None
        self._open: list[BoxSession] = []
        self._starting = 0
        self._is_closed = False

    def close(self) -> None:
        """End every sandbox that was opened, also those that nobody has been handed yet."""
        with self._lock:
            self._is_closed = True
        until = time.monotonic() + CLOSE_SECONDS
        while self._starting and time.monotonic() < until:
            time.sleep(0.01)
        closing = [threading.Thread(target=one.close, daemon=True) for one in self._open]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(max(0.0, until + CLOSE_SECONDS - time.monotonic()))

    def report(self) -> SandboxReport:
        """Which sandbox it is, and why; may ask the engine (blocks for at most seconds)."""
        return self._decide()[1]

    def open(self, lesson: Lesson, on_event: Callable[[Event], None]) -> BoxSession:
        """A session for a lab."""
        needs = lesson.needs
        size = Size(memory_mb=needs.memory_mb, cpus=needs.cpus, seconds=needs.seconds)
        return self._start(size, "lab", on_event)

    def open_for_check(self, exercise: Exercise, seed: int | None = None) -> BoxSession:
        """A fresh session to judge one submission in, with the seed of that check."""
        return self._start(size_for(exercise), "check", _nobody, seed, patience_for(exercise))

    def open_for_batch(self, exercise: Exercise, seed: int | None = None) -> BoxSession:
        """A session to judge one submission after the other in, each renewed, all with a seed."""
        size = replace(size_for(exercise), seconds=BATCH_SECONDS)
        return self._start(size, "batch", _nobody, seed, patience_for(exercise))

    def build(self, progress: Callable[[str, str], None]) -> None:
        """Build the image; from then on labs run in Docker unless told otherwise."""
        from course.sandbox.build import build_image
        from course.sandbox.engine import connect

        build_image(connect(), progress=progress)
        with self._lock:
            self._decided = None

    def answers(self) -> bool:
        """Whether the engine answers within seconds; the embedded sandbox needs none."""
        from course.sandbox.engine import connect

        if self.report().kind != "docker":
            return True
        with contextlib.suppress(SandboxError):
            connect().close()
            return True
        return False

    def left_over(self) -> Sequence[str]:
        """What closed boxes left behind; empty as it should be."""
        return self._decide()[0].left_over()

    def _start(
        self,
        size: Size,
        purpose: Purpose,
        on_event: Callable[[Event], None],
        seed: int | None = None,
        patience: float = SIGN_SECONDS,
    ) -> BoxSession:
        with self._lock:
            self._starting += 1
        try:
            session = self._started(size, purpose, on_event, seed, patience)
        finally:
            with self._lock:
                self._starting -= 1
                is_closed = self._is_closed
        if is_closed:
            session.close()
            raise SandboxLost("The course is being closed.")
        return session

    def _started(
        self,
        size: Size,
        purpose: Purpose,
        on_event: Callable[[Event], None],
        seed: int | None,
        patience: float,
    ) -> BoxSession:
        backend, _report = self._decide()
        run_id, hashes = secrets.token_hex(8), hash_seed_for(seed)
        box = backend.start(size, run_id=run_id, purpose=purpose, hash_seed=hashes)
        session = BoxSession(box, on_event, patience=patience, is_lab=purpose == "lab")
        with self._lock:
            self._open = [one for one in self._open if one.end is None]
            self._open.append(session)
        return session

    def _decide(self) -> tuple[Backend, SandboxReport]:
        with self._lock:
            if self._decided is None:
                self._decided = decide(self._choice)
            return self._decided


def decide(choice: Choice) -> tuple[Backend, SandboxReport]:
    """The backend for a choice; raises SandboxError when Docker was asked for and is not there."""
    sweep_scratch()
    if choice == "embedded":
        return embedded("you asked for it")
    try:
        return docker(choice)
    except SandboxError as error:
        if choice == "docker":
            raise
        has_engine = not isinstance(error, EngineMissing)
        told = error.summary[:1].lower() + error.summary[1:].rstrip(".")
        why = f"the image is not built yet: {BUILD}" if has_engine else told
        return embedded(why, can_build=has_engine)


def embedded(why: str, *, can_build: bool = False) -> tuple[Backend, SandboxReport]:
    """The embedded sandbox, which works everywhere."""
    backend = EmbeddedBackend(sandboxes())
    return backend, SandboxReport(
        "embedded", why, warning=WARNING, can_build=can_build, image=f"embedded:{source_digest()}"
    )


def docker(choice: Choice) -> tuple[Backend, SandboxReport]:
    """Docker, with orphans of earlier runs swept away meanwhile."""
    from course.sandbox.docker import DockerBackend
    from course.sandbox.engine import connect
    from course.sandbox.image import need_image

    engine = connect()
    image = need_image(engine)
    threading.Thread(target=_sweep, args=(engine,), daemon=True, name="sweep").start()
    why = "you asked for it" if choice == "docker" else "a Docker engine answers"
    return DockerBackend(engine, image.id), SandboxReport("docker", why, image=image.id)


def _sweep(engine: "Engine") -> None:
    from course.sandbox.sweep import sweep

    with contextlib.suppress(SandboxError):  # an engine that ends meanwhile is noticed elsewhere
        sweep(engine)


def patience_for(exercise: Exercise) -> float:
    """Seconds of silence after which nobody can judge: about as long as the check itself has."""
    return min(max(exercise.seconds, LEAST_PATIENCE), SIGN_SECONDS)


def _nobody(_event: Event) -> None:
    """A check's rig tells its events to nobody."""


def size_for(exercise: Exercise) -> Size:
    """What a check may use: a submission alone needs little, a rig brings servers."""
    has_servers = exercise.rig is not None
    return Size(
        memory_mb=exercise.memory_mb + AGENT_MB + (256 if has_servers else 0),
        cpus=1.5 if has_servers else 1.0,
        pids=256 if has_servers else 64,
        work_mb=16,
        data_mb=64 if has_servers else 0,
        seconds=max(SHORTEST_SECONDS, exercise.seconds * 60),
    )
