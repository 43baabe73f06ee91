"""Exact arithmetic, and failures instead of shares: sorted once for each question."""

from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction


def budget(objective):
    return 1 - Fraction(Decimal(str(objective)))


def burn_rate(requests, objective, now, seconds):
    times = sorted(at for at, _ in requests)
    bad = sorted(at for at, good in requests if not good)
    total, failed = (
        bisect_right(some, now) - bisect_right(some, now - seconds) for some in (times, bad)
    )
    return float(failed / (total * budget(objective))) if total else 0


def budget_left(requests, objective):
    if len(requests) == 0:
        return 1
    return float(
        1 - sum(1 for _, good in requests if not good) / (len(requests) * budget(objective))
    )


def alert(requests, objective, now):
    def is_burning(rate, *windows):
        return min(burn_rate(requests, objective, now, one) for one in windows) >= rate

    if is_burning(14.4, 3600, 300) or is_burning(6, 21600, 1800):
        return "page"
    return "ticket" if is_burning(1, 259200, 21600) else ""
