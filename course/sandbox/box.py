"""The seam between a backend and everything else: a started sandbox and its two streams."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

BoxKind = Literal["docker", "embedded"]
Purpose = Literal["lab", "check", "batch"]
"""A batch box judges many submissions, each under a uid of its own."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a box may use."""

    memory_mb: int = 768
    cpus: float = 1.5
    pids: int = 256
    work_mb: int = 32
    data_mb: int = 256
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Autopsy:
    """What is known about how a box ended."""

    exit_code: int | None = None
    oom_killed: bool = False
    stderr_tail: str = ""
    image: str | None = None


class Box(Protocol):
    """A started sandbox: the two streams of its agent and the means to end it."""

    @property
    def kind(self) -> BoxKind:
        """Which backend it came from."""

    def send(self, data: bytes) -> None:
        """Write to the agent's stdin; raises SandboxLost when the agent is gone."""

    def receive(self) -> bytes:
        """The next chunk of the agent's stdout, `b""` at its end; blocks."""

    def close(self) -> None:
        """End it and leave no trace; idempotent, callable from any thread, unblocks receive."""

    def autopsy(self) -> Autopsy:
        """How it ended, as far as known."""


class Backend(Protocol):
    """A way to start boxes."""

    def start(self, size: Size, *, run_id: str, purpose: Purpose) -> Box:
        """Start an agent; raises SandboxError when that cannot be done."""

    def left_over(self) -> Sequence[str]:
        """What closed boxes of this backend left behind; empty as it should be."""
