"""A row of the table, and how it is measured."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

Round = Callable[[], float]
"""Does it once, and returns what that cost: `bench/_cost.py` has the usual ways."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something the course does, and what it may cost.

    Args:
        what: In a few words; no two rows of a group have the same.
        wanted: At most so many times the baseline, or so many of the unit.
        ours: One round of it.
        against: One round of the baseline; without it `ours` tells the number itself.
        baseline: What that is, in a few words.
        unit: Of a number that has no baseline.
        rounds: Of each.
        is_kept: Whether CI holds it to what it was.
    """

    what: str
    wanted: float
    ours: Round
    against: Round | None = None
    baseline: str = ""
    unit: str = "×"
    rounds: int = 9
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a row; `why` says it where nothing did."""

    group: str
    what: str
    wanted: float
    now: float | None
    unit: str = "×"
    baseline: str = ""
    is_kept: bool = False
    why: str = ""


def measure(group: str, row: Row, rounds: int = 0) -> Measured:
    """Take turns, as often as the row says unless told otherwise.

    The lower quartile is what it costs when nobody disturbs.
    """
    ours: list[float] = []
    against: list[float] = []
    try:
        for _ in range(rounds or row.rounds):
            if row.against is not None:
                against.append(row.against())
            ours.append(row.ours())
    except Exception as error:  # noqa: BLE001  a row that cannot be measured says so in the table
        return not_measured(group, row, error)
    now = quartile(ours) / (quartile(against) if against else 1.0)
    return Measured(group, row.what, row.wanted, now, row.unit, row.baseline, row.is_kept)


def not_measured(group: str, row: Row, error: Exception) -> Measured:
    """The row, and why there is no number."""
    why = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
    return Measured(group, row.what, row.wanted, None, row.unit, row.baseline, why=why)


def quartile(costs: list[float]) -> float:
    """The lower one; a busy machine only ever adds."""
    return statistics.quantiles(costs, n=4)[0] if len(costs) > 1 else costs[0]
