"""The learner's code as a rig reaches it; the agent brings the real one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class Learner(Protocol):
    """Starts programs with the learner's rights."""

    @property
    def folder(self) -> Path:
        """Where the submission's files lie."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The submission's files as they came."""

    def popen(self, argv: Sequence[str], environment: Mapping[str, str]) -> Any:
        """Start a program as the learner; the result is used like a `subprocess.Popen`."""
