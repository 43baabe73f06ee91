"""What happened in a check, as one digest: every question, every answer, and the outcomes."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from course.model.json import JSON
from course.model.verdict import Verdict

DRAWN = {"nonce", "spent"}  # anew for each question: they say nothing about what happened


class EventLog:
    """A check's events in their order; only their digest is kept.

    The same submission meets the same questions for the same seed. Answers of a rig hold times and
    ports, so there the digest tells runs apart; elsewhere it is the same again.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def asked(self, command: str, arguments: Mapping[str, JSON]) -> None:
        """A test asked something."""
        self._add({"asked": command, "with": _plain(arguments)})

    def answered(self, answer: Mapping[str, JSON]) -> None:
        """And this came back."""
        self._add({"answered": _plain(answer)})

    def refused(self, why: str) -> None:
        """Or nothing did."""
        self._add({"refused": why})

    def closed(self, verdict: Verdict) -> str:
        """The outcomes are the last event; the digest of all of them."""
        tests = {test.name: test.outcome for test in verdict.tests}
        self._add({"outcome": verdict.outcome, "tests": tests})
        return self._digest.hexdigest()

    def _add(self, event: Mapping[str, object]) -> None:
        line = json.dumps(event, sort_keys=True, separators=(",", ":"), default=repr)
        self._digest.update(line.encode() + b"\n")


def together(digests: Sequence[str]) -> str:
    """One for all, where tests ran side by side."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _plain(fields: Mapping[str, JSON]) -> dict[str, JSON]:
    return {name: value for name, value in fields.items() if name not in DRAWN}
