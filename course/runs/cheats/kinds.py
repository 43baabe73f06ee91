"""The kinds of cheats, and what a cheat is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course.model.lesson import Exercise

Kind = Literal["clocks", "baseline", "records", "table", "heal", "detect"]
KINDS: tuple[Kind, ...] = ("clocks", "baseline", "records", "table", "heal", "detect")
MEANINGS: dict[Kind, str] = {
    "clocks": "every clock of its process is stopped, slowed or moved on",
    "baseline": "is slow at first, so that what follows looks quick beside it",
    "records": "what the harness counts and keeps is forged, replaced or not told",
    "table": "answers what a right answer gave on another seed",
    "heal": "what the rig breaks is healed, over every port, socket and signal within reach",
    "detect": "looks for the rig, the tests and the solution, and becomes the solution",
}
_HINTS: dict[Kind, tuple[str, ...]] = {
    "clocks": ("slow", "walk", "wait", "second", "time", "spin", "late", "sleep", "linear", "scan"),
    "baseline": (
        "slow",
        "walk",
        "wait",
        "hang",
        "late",
        "one after the other",
        "linear",
        "in turn",
    ),
    "records": ("twice", "again", "once", "every", "calls", "too many", "spin", "storm", "lost"),
    "table": ("order", "tie", "round", "edge", "exact", "first"),
    "heal": ("dead", "fail", "kill", "503", "hang", "refus", "lost", "retry", "again", "spare"),
    "detect": (),
}


@dataclass(frozen=True, slots=True)
class Base:
    """A wrong answer that a cheat covers up."""

    name: str  # "mutant greedy", "starter"
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Cheat:
    """A submission that was made up."""

    kind: Kind
    way: str  # how it does it: "slow"
    base: str
    text: str

    @property
    def name(self) -> str:
        """As a claim says it."""
        return f"cheat {self.kind}/{self.way} over {self.base}"


@dataclass(frozen=True, slots=True)
class Inapplicable:
    """Why there is no cheat of a kind for an exercise."""

    kind: Kind
    why: str


def bases(exercise: Exercise, kind: Kind, most: int | None) -> Sequence[Base]:
    """The wrong answers to start from: first those whose fault this kind would hide."""
    mutants = [Base(f"mutant {one.name}", one.why, one.text) for one in exercise.mutants]
    starter = exercise.starter.read_text(encoding="utf-8", errors="replace")
    ordered = sorted(mutants, key=lambda base: -_fits(base, kind))
    ordered.append(Base("starter", "does nothing yet", starter))
    return ordered[:most]


def _fits(base: Base, kind: Kind) -> int:
    text = f"{base.name} {base.why}".lower()
    return sum(hint in text for hint in _HINTS[kind])
