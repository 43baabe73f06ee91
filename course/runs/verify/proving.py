"""One claim becomes a proof: it is tried, and what speaks against it is kept."""

import time
from collections.abc import Callable, Sequence

from course.errors import CourseError
from course.model.proof import Proof
from course.runs.ports import Sandboxes

Evidence = str | None
"""None when a claim holds, else why it does not."""


class Prover:
    """Makes proofs in one sandbox.

    Args:
        sandboxes: Where claims are tried.
    """

    def __init__(self, sandboxes: Sandboxes) -> None:
        self.sandboxes = sandboxes

    @property
    def kind(self) -> str:
        """`docker` or `embedded`."""
        return self.sandboxes.report().kind

    def prove(self, lesson: str, claim: str, find: Callable[[], Evidence]) -> Proof:
        """Try it; what goes wrong on the way is evidence, too."""
        started = time.monotonic()
        try:
            evidence = find()
        except CourseError as error:
            evidence = " ".join(part for part in (error.summary, error.evidence) if part)
        seconds = time.monotonic() - started
        return Proof(lesson, claim, evidence is None, evidence or "", self.kind, seconds)


def listed(found: Sequence[object]) -> Evidence:
    """Everything that was found, line by line; nothing is as it should be."""
    return "\n".join(str(one) for one in found) or None
