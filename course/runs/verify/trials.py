"""Answers are judged, several at once, and held to what must become of them."""

import queue
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from course.model.lesson import Exercise
from course.model.proof import Proof
from course.model.verdict import Outcome, Verdict
from course.runs.verify.effort import told_seeds

LONGEST = 300  # characters of a reason


class Checker(Protocol):
    """Judges one text at a time."""

    def check(
        self, exercise: Exercise, files: bytes, *, seed: int | None = None, alone: bool = False
    ) -> Verdict:
        """The verdict on a file's content."""

    def close(self) -> None:
        """End what was kept ready."""


Look = Callable[[Verdict], str]
"""What is wrong with a verdict, beyond its outcome; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer, and what must become of it on every seed."""

    name: str  # "mutant greedy"
    text: bytes
    expected: Outcome
    seeds: Sequence[int]
    look: Look = field(default=lambda _verdict: "")
    cheat: str = ""

    @property
    def claim(self) -> str:
        """What is claimed."""
        does = "passes" if self.expected == "passed" else "fails"
        return f"{self.name} {does} ({told_seeds(self.seeds)})"


class Trials:
    """Judges several answers at once, each checker one at a time.

    Args:
        make_checker: Makes one; it keeps a sandbox ready for the next check.
        jobs: How many at once.
    """

    def __init__(self, make_checker: Callable[[], Checker], jobs: int) -> None:
        self._checkers = [make_checker() for _ in range(max(1, jobs))]
        self._free: queue.SimpleQueue[Checker] = queue.SimpleQueue()
        for one in self._checkers:
            self._free.put(one)
        self._pool = ThreadPoolExecutor(len(self._checkers), thread_name_prefix="trial")

    def close(self) -> None:
        """Drop what was not begun, and end the sandboxes."""
        self._pool.shutdown(cancel_futures=True)
        for one in self._checkers:
            one.close()

    def prove(self, exercise: Exercise, trials: Iterable[Trial], sandbox: str) -> Iterator[Proof]:
        """A proof for each, in order."""
        asked = [(one, [self._judged(exercise, one, seed) for seed in one.seeds]) for one in trials]
        for trial, futures in asked:
            verdicts = [future.result() for future in futures]
            evidence = _evidence(trial, verdicts)
            yield Proof(
                exercise.lesson,
                f"{exercise.id}: {trial.claim}",
                not evidence,
                evidence,
                sandbox,
                sum(verdict.seconds for verdict in verdicts),
                exercise=exercise.id,
                cheat=trial.cheat,
                checks=len(verdicts),
            )

    def _judged(self, exercise: Exercise, trial: Trial, seed: int) -> Future[Verdict]:
        def judged() -> Verdict:
            checker = self._free.get()
            started = time.monotonic()
            try:
                verdict = checker.check(exercise, trial.text, seed=seed)
                is_finding = verdict.outcome != trial.expected
                if verdict.outcome == "error" or (is_finding and verdict.is_crowded):
                    # A busy machine must not look like a finding.
                    verdict = checker.check(exercise, trial.text, seed=seed, alone=True)
                return replace(verdict, seconds=time.monotonic() - started)
            finally:
                self._free.put(checker)

        return self._pool.submit(judged)


def _evidence(trial: Trial, verdicts: Sequence[Verdict]) -> str:
    """Why the claim does not hold, with the seeds for each reason; empty when it does."""
    seeds_of: dict[str, list[int]] = {}
    for seed, verdict in zip(trial.seeds, verdicts, strict=True):
        fits = verdict.outcome == trial.expected
        reason = trial.look(verdict) if fits else f"it {_told(verdict)}"
        if reason:
            seeds_of.setdefault(reason, []).append(seed)
    return "\n".join(f"seed {', '.join(map(str, at))}: {why}" for why, at in seeds_of.items())


def _told(verdict: Verdict) -> str:
    wrong = [f"{one.name}: {one.message}" for one in verdict.tests if one.outcome != "passed"]
    outcome = "ended in an error" if verdict.outcome == "error" else verdict.outcome
    return f"{outcome}: {verdict.why} {'; '.join(wrong)}".strip()[:LONGEST]
