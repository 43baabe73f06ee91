"""The cheating oracle: submissions made up to deceive, all of which must fail."""

import os
import sys
from collections.abc import Callable, Iterator

from course.model.json import JSON
from course.model.lesson import Exercise
from course.model.proof import Proof
from course.model.verdict import Verdict
from course.runs.cheats.kinds import KINDS, Cheat, Inapplicable, Kind, bases
from course.runs.cheats.nginx import nginx_cheats
from course.runs.cheats.python import python_cheats
from course.runs.verify.answers import kept_cheats
from course.runs.verify.effort import Effort
from course.runs.verify.trials import Trial, Trials

RECORDED_SEED = 1_000_003  # far from those on which answers are judged
Record = Callable[[Exercise, int], dict[str, JSON]]
"""What the solution answers to every call of a check with this seed."""


class Oracle:
    """Makes cheats of every kind and holds them to their failure.

    Args:
        trials: Judges them.
        record: For answers by table.
        effort: How many wrong answers each kind starts from.
    """

    def __init__(self, trials: Trials, record: Record, effort: Effort) -> None:
        self._trials = trials
        self._record = record
        self._effort = effort

    def prove(self, exercise: Exercise, sandbox: str) -> Iterator[Proof]:
        """A proof for each cheat, or a note of why there is none; kept ones come first."""
        is_whole = tuple(self._effort.kinds) == KINDS
        kept = list(kept_cheats(exercise, self._effort)) if is_whole else []
        yield from self._trials.prove(exercise, kept, sandbox)
        for kind in self._effort.kinds:
            why = _not_proved(exercise, kind, sandbox)
            found = [Inapplicable(kind, why)] if why else list(self._cheats(exercise, kind))
            yield from (
                _noted(exercise, one, sandbox) for one in found if isinstance(one, Inapplicable)
            )
            trials = [self._trial(exercise, one) for one in found if isinstance(one, Cheat)]
            yield from self._trials.prove(exercise, trials, sandbox)

    def _cheats(self, exercise: Exercise, kind: Kind) -> Iterator[Cheat | Inapplicable]:
        chosen = bases(exercise, kind, self._effort.bases(exercise))
        suffix = exercise.solution.suffix
        if suffix == ".py":
            is_asked = kind == "table" and exercise.kind == "function"
            table = self._record(exercise, RECORDED_SEED) if is_asked else None
            yield from python_cheats(exercise, kind, chosen, table)
        elif suffix == ".conf":
            yield from nginx_cheats(exercise, kind, chosen)
        else:
            yield Inapplicable(kind, f"does not apply: a {suffix} file runs nothing by itself")

    def _trial(self, exercise: Exercise, cheat: Cheat) -> Trial:
        seeds = self._effort.cheat_seeds(exercise)
        return Trial(cheat.name, cheat.text.encode(), "failed", seeds, _loads, cheat.kind)


def _loads(verdict: Verdict) -> str:
    """A cheat that does not load deceives nobody, and shows nothing."""
    return f"it shows nothing: {verdict.why}" if " does not load" in verdict.why else ""


def _noted(exercise: Exercise, one: Inapplicable, sandbox: str) -> Proof:
    return Proof(
        exercise.lesson, f"{exercise.id}: cheat {one.kind}", True, "", sandbox,
        exercise=exercise.id, cheat=one.kind, note=one.why,
    )  # fmt: skip


def _not_proved(exercise: Exercise, kind: Kind, sandbox: str) -> str:
    """Why a kind is not tried in this sandbox, or on this exercise."""
    if exercise.unobserved and kind in ("clocks", "baseline", "records"):
        return f"unobserved: {exercise.unobserved}"
    if sandbox != "embedded":
        return ""
    if kind == "detect" and exercise.solution.suffix == ".py":
        return "not provable here: embedded, it may read what everybody can, the lessons too"
    if kind == "heal" and not (sys.platform == "linux" and os.geteuid() == 0):
        return "not provable here: embedded without a uid of its own, it reaches what we reach"
    return ""
