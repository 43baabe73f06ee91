"""What the gauges remember, each over a recent window, and how a visit is shown."""

import itertools
import time
from collections import deque
from typing import Any

from visitors import Seen
from web import Answer

from lab import Lab

CALLS_SECONDS, DOUBLES_SECONDS, NODES_SECONDS = 5.0, 30.0, 10.0
Kept = deque[tuple[float, int]]


class Meters:
    """Counts as they were a few times a second, and what they grew by."""

    def __init__(self) -> None:
        self._calls: Kept = deque()
        self._doubles: Kept = deque()
        self._nodes: Kept = deque()

    def note(self, calls: int, doubles: int, nodes: int) -> None:
        """As they are now: questions at the shards, mails sent twice, nodes that run."""
        _keep(self._calls, calls, CALLS_SECONDS)
        _keep(self._doubles, doubles, DOUBLES_SECONDS)
        now = time.monotonic()
        self._nodes.append((now, nodes))
        while now - self._nodes[0][0] > NODES_SECONDS:
            self._nodes.popleft()

    def call_rate(self) -> float | None:
        """Questions a second at the shards."""
        if len(self._calls) < 2:
            return None
        first, last = self._calls[0], self._calls[-1]
        return (last[1] - first[1]) / max(last[0] - first[0], 0.1)

    def doubles(self) -> float | None:
        """Mails of the last half minute that had gone out before."""
        return self._doubles[-1][1] - self._doubles[0][1] if self._doubles else None

    def node_seconds(self) -> float:
        """What ran in the last ten seconds, each node for each second."""
        seen = list(self._nodes)
        pairs = itertools.pairwise(seen)
        return sum(nodes * (then - now) for (now, nodes), (then, _) in pairs)


def _keep(kept: Kept, count: int, seconds: float) -> None:
    """Add a count that only grows; when it does not, it was set to zero."""
    now = time.monotonic()
    if kept and count < kept[-1][1]:
        kept.clear()
    kept.append((now, count))
    while now - kept[0][0] > seconds:
        kept.popleft()


def tell_visit(lab: Lab, seen: Seen, answer: Answer) -> None:
    """A visit's way through the first tiers, and a trace of it."""
    is_page, ok = seen.visit.kind == "pages", seen.status == 200
    lab.flow("visitors", "edge" if is_page else "balancer", seen.ms, ok=ok)
    hops: list[Any] = [("visitors", 0, f"{seen.visit.kind} {seen.visit.number}")]
    if is_page:
        hops.append(("edge", 0, seen.edge or "no answer"))
    if not is_page or seen.edge not in ("HIT", "STALE", "UPDATING"):
        if is_page:
            lab.flow("edge", "balancer", seen.ms, ok=ok)
        hops += [("balancer", 0, ""), *_behind(lab, seen, answer)]
    outcome = "stale" if seen.is_stale else seen.edge or seen.how or "no answer"
    why = str(answer.value.get("why", ""))
    lab.request(outcome, hops, why=why, ok=ok, ms=round(seen.ms, 1))


def _behind(lab: Lab, seen: Seen, answer: Answer) -> list[Any]:
    """The hops behind the balancer, as far as the answer tells."""
    app = answer.headers.get("x-app", "")
    if not app:
        return []
    lab.flow("balancer", app, seen.ms, ok=seen.status == 200)
    if "member" not in answer.value or seen.how in ("HIT", "WAITED"):
        return [(app, seen.ms, seen.how)]
    return [(app, seen.ms, seen.how), ("router", 0, ""), (answer.value["member"], 0, "")]
