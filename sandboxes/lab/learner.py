"""The learner's code as a rig reaches it; the agent brings the real one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lab.errors import LabError, SubmissionFault
from lab.process import Process


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


class Submitted(Process):
    """A program of the learner's: that it does not start, or not again, is the learner's."""

    def restart(self) -> None:
        """End what is left of it and start it anew; raises SubmissionFault."""
        try:
            super().restart()
        except OSError as error:
            raise SubmissionFault(f"{self.name} does not start again: {error}") from error

    def wait_ready(self) -> None:
        """Wait until it answers; raises SubmissionFault, with its last output."""
        try:
            super().wait_ready()
        except LabError as error:
            raise SubmissionFault(str(error)) from error
