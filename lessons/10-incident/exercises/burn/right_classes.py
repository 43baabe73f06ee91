"""A table of rules as a class, rates as numbers of a mean, with a little tolerance."""

from dataclasses import dataclass
from itertools import filterfalse
from statistics import fmean


@dataclass(frozen=True)
class Rule:
    word: str
    windows: tuple
    speed: float

    def holds(self, requests, objective, now):
        rates = [burn_rate(requests, objective, now, window) for window in self.windows]
        return all(rate > self.speed or abs(rate - self.speed) < 1e-9 for rate in rates)


TABLE = (
    Rule("ticket", (3 * 24 * 60 * 60, 6 * 60 * 60), 1),
    Rule("page", (6 * 60 * 60, 30 * 60), 6),
    Rule("page", (60 * 60, 5 * 60), 14.4),
)


def burn_rate(requests, objective, now, seconds):
    outcomes = [0.0 if good else 1.0 for at, good in requests if 0 <= now - at < seconds]
    return fmean(outcomes) / (1.0 - objective) if outcomes else 0.0


def budget_left(requests, objective):
    failed = len(list(filterfalse(lambda request: request[1], requests)))
    return 1.0 - failed / len(requests) / (1.0 - objective) if requests else 1.0


def alert(requests, objective, now):
    words = [rule.word for rule in TABLE if rule.holds(requests, objective, now)]
    return max(words, key=["ticket", "page"].index, default="")
