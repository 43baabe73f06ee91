"""How fast the number of replicas follows what is asked for."""

from typing import Any


def decide(memory: list[Any], now: float, current: int, asked: int, bounds: tuple[int, int]) -> int:
    """Return how many replicas there shall be now."""
    least, most = bounds
    return max(least, min(asked, most))
