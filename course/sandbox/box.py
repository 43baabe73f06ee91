"""The seam between a backend and everything else: a started sandbox and its two streams."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

BoxKind = Literal["docker", "embedded"]
HASH_SEED: Final = "PYTHONHASHSEED"
RANDOM: Final = "random"  # what Python takes for: another one in each process
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
    lost: str = ""  # why it cannot even be asked


class Box(Protocol):
    """A started sandbox: the two streams of its agent and the means to end it."""

    @property
    def kind(self) -> BoxKind:
        """Which backend it came from."""

    def send(self, data: bytes) -> None:
        """Write to the agent's stdin; raises SandboxLost when the agent is gone."""

    def receive(self) -> bytes:
        """The next chunk of the agent's stdout, `b""` at its end; blocks."""

    def close(self, *, patient: bool = True) -> None:
        """End it and leave no trace; idempotent, callable from any thread, unblocks receive.

        Args:
            patient: Whether it gets time to end in order; one that is frozen would only use it up.
        """

    def autopsy(self) -> Autopsy:
        """How it ended, as far as known."""


def hash_seed_for(seed: int | None) -> str:
    """What Python in a box mixes into the hashes of text, where a check's seed is known.

    So identical files meet identical orders of sets. Two bytes are orders enough, and tell whoever
    reads them in the box little of the seed.
    """
    if seed is None:
        return RANDOM
    digest = hashlib.sha256(f"hashes\n{seed}".encode()).digest()
    return str(1 + int.from_bytes(digest[:2], "big"))  # 0 would switch them off


class Backend(Protocol):
    """A way to start boxes."""

    def start(self, size: Size, *, run_id: str, purpose: Purpose, hash_seed: str = RANDOM) -> Box:
        """Start an agent; raises SandboxError when that cannot be done."""

    def left_over(self) -> Sequence[str]:
        """What closed boxes of this backend left behind; empty as it should be."""
