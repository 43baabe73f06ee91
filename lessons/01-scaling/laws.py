"""Three laws of scaling, each in a line of arithmetic."""

import math
import random


def amdahl(workers: float, serial: float) -> float:
    """How much faster a job is done when the share `serial` of it cannot be divided."""
    return 1 / (serial + (1 - serial) / workers)


def usl(workers: float, alpha: float, beta: float) -> float:
    """The universal scalability law: waiting for one another (alpha), agreeing (beta)."""
    return workers / (1 + alpha * (workers - 1) + beta * workers * (workers - 1))


def peak(alpha: float, beta: float) -> int:
    """The number of workers with which usl() is at its highest."""
    top = math.sqrt((1 - alpha) / beta)
    return max((max(1, math.floor(top)), math.ceil(top)), key=lambda n: usl(n, alpha, beta))


def response(busy: float) -> float:
    """Mean time in a shop with one desk, in units of the time one customer takes at it.

    For customers who come at random and take random times; `busy` is the desk's load, below 1.
    """
    return 1 / (1 - busy)


def watch_desk(busy: float, customers: int, source: random.Random) -> float:
    """The same, not computed but watched: customers come, wait, are served; nothing really waits.

    Each finds `ahead` of work at the desk: what the one before found and brought, less what was
    done of it meanwhile.
    """
    ahead = total = 0.0
    for _ in range(customers):
        stays = ahead + source.expovariate(1.0)
        total += stays
        ahead = max(0.0, stays - source.expovariate(busy))
    return total / customers
