"""How much flows over each edge, read over a few seconds: one tick's count is too jumpy to read."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from course.model.state import EdgeFlow, EdgeKey, LabState

RATE_SECONDS = 2.0
ERROR_SECONDS = 6.0  # long enough to be seen after it happened
MIN_SECONDS = 0.4  # a shorter stretch says less than the last tick alone


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests a second, and errors within the last few seconds."""

    rate: float = 0.0
    errors: int = 0


class FlowMeter:
    """Turns the totals of one lab state after another into flows."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Mapping[EdgeKey, EdgeFlow]]] = deque()

    def read(self, state: LabState) -> dict[EdgeKey, Flow]:
        """The flow on every edge of `state`, given the states that were read before."""
        if self._seen and state.t < self._seen[-1][0]:
            self._seen.clear()  # another lab
        self._seen.append((state.t, state.edges))
        while len(self._seen) > 1 and self._seen[1][0] <= state.t - ERROR_SECONDS:
            self._seen.popleft()
        return {key: self._flow(key, now, state.t) for key, now in state.edges.items()}

    def _flow(self, key: EdgeKey, now: EdgeFlow, t: float) -> Flow:
        since, before = next(seen for seen in self._seen if seen[0] >= t - RATE_SECONDS)
        oldest = self._seen[0][1].get(key)
        errors = now.errors - oldest.errors if oldest and len(self._seen) > 1 else now.errors
        if t - since < MIN_SECONDS:
            return Flow(now.requests_per_second, errors)
        return Flow((now.requests - before.get(key, EdgeFlow()).requests) / (t - since), errors)
