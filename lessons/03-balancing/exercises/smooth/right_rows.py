"""Smooth weighted round robin: one row per server, sorted anew for each pick."""

from dataclasses import dataclass


@dataclass
class Row:
    place: int
    name: str
    weight: int
    account: int = 0


class Turns:
    def __init__(self, weights):
        self._rows = [Row(place, *pair) for place, pair in enumerate(weights.items())]

    def pick(self, busy=()):
        away = frozenset(busy)
        free = [row for row in self._rows if row.name not in away]
        for row in free:
            row.account += row.weight
        free.sort(key=lambda row: (-row.account, row.place))
        if free:
            free[0].account -= sum(row.weight for row in free)
            return free[0].name
