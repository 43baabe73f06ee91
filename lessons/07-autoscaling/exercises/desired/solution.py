"""What the autoscaler asks for, from what the pods use."""

import math
from typing import Any

Counted = list[tuple[int, int]]  # (usage, request) of pods that count


def desired_replicas(current: int, target: int, pods: list[dict[str, Any]]) -> int | None:
    """Return how many replicas there should be, or None when nothing can be said."""
    if any(pod["request"] is None for pod in pods):
        return None
    ready = [(pod["usage"], pod["request"]) for pod in pods if pod["state"] == "ready"]
    if not ready:
        return None
    ratio = utilization(ready) / target
    guessed = guesses(pods, ratio, target)
    if guessed is None:
        return current if is_close(ratio) else math.ceil(ratio * len(ready))
    counted = ready + guessed
    again = utilization(counted) / target
    replicas = math.ceil(again * len(counted))
    turned = (ratio < 1 < again) or (again < 1 < ratio)
    against = (again < 1 and replicas > current) or (again > 1 and replicas < current)
    return current if is_close(again) or turned or against else replicas


def utilization(counted: Counted) -> int:
    """Percent of what they request, cut to a whole number."""
    used, requested = (sum(numbers) for numbers in zip(*counted, strict=True))
    return 100 * used // requested


def is_close(ratio: float) -> bool:
    """Whether nothing should be done."""
    return 1 - 0.1 <= ratio <= 1 + 0.1


def guesses(pods: list[dict[str, Any]], ratio: float, target: int) -> Counted | None:
    """Careful guesses for pods that cannot tell; None when none is needed."""
    unmeasured = [pod["request"] for pod in pods if pod["state"] == "unmeasured"]
    unready = [pod["request"] for pod in pods if pod["state"] == "unready"]
    if not unmeasured and not (unready and ratio > 1):
        return None
    full = max(100, target)
    if ratio < 1:
        return [(request * full // 100, request) for request in unmeasured]
    if ratio > 1:
        return [(0, request) for request in unmeasured + unready]
    return []
