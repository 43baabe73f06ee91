"""What the autoscaler asks for, from what the pods use."""

import math
from typing import Any


def desired_replicas(current: int, target: int, pods: list[dict[str, Any]]) -> int | None:
    """Return how many replicas there should be, or None when nothing can be said."""
    usage = sum(pod["usage"] for pod in pods)
    request = sum(pod["request"] for pod in pods)
    return math.ceil(current * 100 * usage / request / target)
