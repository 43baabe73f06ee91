"""Proves a lesson: what its folder, text and tests claim holds in a real sandbox."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from course.content.static import problems
from course.model.lesson import Exercise, Lesson
from course.model.proof import Proof
from course.runs.ports import Sandboxes
from course.runs.verify.answers import answers
from course.runs.verify.effort import Effort
from course.runs.verify.lab_claims import PAUSE, lab_proofs
from course.runs.verify.oracle import Oracle
from course.runs.verify.proving import Evidence, Prover, listed
from course.runs.verify.trials import Trials

GONE_SECONDS = 5.0
LeftOver = Callable[[], Sequence[str]]
"""Names the processes, containers and folders of ours that are still there."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Proves lessons in one sandbox, claim by claim.

    Args:
        sandboxes: Where labs open.
        trials: Judges answers.
        oracle: Makes up cheats.
        left_over: What is still there after everything was closed.
        effort: How much is tried.
    """

    sandboxes: Sandboxes
    trials: Trials
    oracle: Oracle
    left_over: LeftOver
    effort: Effort

    def verify(self, lesson: Lesson, exercises: Sequence[Exercise] = ()) -> Iterator[Proof]:
        """Every proof for a lesson, or for some of its exercises; none for an unsound folder."""
        prover = Prover(self.sandboxes)
        sound = prover.prove(
            lesson.id, "the folder is sound", lambda: listed(problems(lesson.folder))
        )
        yield sound
        if not sound.holds:
            return
        if "lab" in self.effort.parts and not exercises:
            yield from lab_proofs(prover, lesson, self.effort.experiments)
        for exercise in exercises or lesson.exercises:
            if "answers" in self.effort.parts:
                trials = list(answers(exercise, self.effort))
                yield from self.trials.prove(exercise, trials, prover.kind)
            if "cheats" in self.effort.parts and self.effort.with_mutants:
                yield from self.oracle.prove(exercise, prover.kind)
        if not exercises:
            yield prover.prove(lesson.id, "nothing is left behind", self._nothing_left)

    def _nothing_left(self) -> Evidence:
        """What was closed just now may take a moment to be gone."""
        deadline = time.monotonic() + GONE_SECONDS
        while (left := self.left_over()) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return listed(left)
