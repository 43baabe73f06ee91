"""How much `course verify` tries: which parts, on which seeds, how many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course.model.lesson import Exercise
from course.runs.cheats.kinds import KINDS, Kind

Part = Literal["lab", "answers", "cheats"]
PARTS: tuple[Part, ...] = ("lab", "answers", "cheats")
FIRST_SEED = 1
FUNCTION_SEEDS, OTHER_SEEDS = 20, 5  # a program or a server takes its time
CHEAT_SEEDS = 2
FEW_BASES, FEWER_BASES = 3, 2  # wrong answers that a kind of cheat starts from, not thoroughly


@dataclass(frozen=True, slots=True)
class Effort:
    """What is tried."""

    experiments: Sequence[int] = (FIRST_SEED,)  # the seeds
    parts: frozenset[Part] = frozenset(PARTS)
    with_mutants: bool = True
    thorough: bool = False
    seed: int | None = None  # the only one for answers and cheats
    jobs: int = 2
    most_bases: int | None = None  # for each kind of cheat, where somebody chose it
    kinds: Sequence[Kind] = KINDS  # of cheats

    def seeds(self, exercise: Exercise) -> Sequence[int]:
        """The seeds on which each answer is judged."""
        if self.seed is not None:
            return (self.seed,)
        count = FUNCTION_SEEDS if exercise.kind == "function" else OTHER_SEEDS
        return tuple(range(FIRST_SEED, FIRST_SEED + (count if self.thorough else 1)))

    def cheat_seeds(self, exercise: Exercise) -> Sequence[int]:
        """The seeds for what is made up: there is much of it, and a cheat does not need luck."""
        return self.seeds(exercise)[:CHEAT_SEEDS]

    def bases(self, exercise: Exercise) -> int | None:
        """How many wrong answers each kind of cheat starts from; None for all."""
        if self.thorough or self.most_bases:
            return self.most_bases
        return FEW_BASES if exercise.kind == "function" else FEWER_BASES


def told_seeds(seeds: Sequence[int]) -> str:
    """`seed 3`, or `seeds 1 to 20`."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    return f"seeds {seeds[0]} to {seeds[-1]}"
