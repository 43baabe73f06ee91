"""How fast the number of replicas follows what is asked for."""

from typing import Any

WINDOW_SECONDS = 300


def decide(memory: list[Any], now: float, current: int, asked: int, bounds: tuple[int, int]) -> int:
    """Return how many replicas there shall be now."""
    least, most = bounds
    if not memory:
        memory.append((now, current))
    memory.append((now, asked))
    memory[:] = [one for one in memory if now - one[0] < WINDOW_SECONDS]
    highest = max(replicas for _, replicas in memory)
    if highest < least:
        return least
    return min(highest, most, max(2 * current, 4))
