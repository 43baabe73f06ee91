"""How fast the number of replicas may follow what a metric asks for.

In this order: stabilise (remember what was asked for lately), limit the rate, keep within
`minReplicas` and `maxReplicas`.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from counting import Settings

Select = Callable[[Iterable[int]], int]
SMALLEST_GROWTH = 4  # without `behavior`, one step may always go this far


@dataclass(frozen=True, slots=True)
class Policy:
    """So many `Pods`, or so many `Percent`, in a period."""

    kind: str
    value: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rules:
    """`behavior.scaleUp` or `behavior.scaleDown`."""

    window: float
    policies: tuple[Policy, ...]
    select: str = "Max"  # Max: the policy that allows most; Min: least; Disabled
    tolerance: float | None = None


DEFAULT_UP = Rules(0, (Policy("Pods", 4, 15), Policy("Percent", 100, 15)))
DEFAULT_DOWN = Rules(300, (Policy("Percent", 100, 15),))


@dataclass(frozen=True, slots=True)
class Behavior:
    """`spec.behavior`: how to go up, and how to go down."""

    up: Rules = DEFAULT_UP
    down: Rules = DEFAULT_DOWN


@dataclass(slots=True)
class Remembered:
    """A recommendation, or a change of scale, and when it was."""

    at: float
    amount: int
    outdated: bool = False


@dataclass(slots=True)
class History:
    """What one autoscaler remembers. Places of entries too old to matter are used again."""

    recommendations: list[Remembered] = field(default_factory=list)
    ups: list[Remembered] = field(default_factory=list)
    downs: list[Remembered] = field(default_factory=list)

    def scaled(self, now: float, before: int, after: int, behavior: Behavior | None) -> None:
        """Remember a change of scale, which the policies count."""
        if behavior is None or before == after:
            return
        events, rules = (self.ups, behavior.up) if after > before else (self.downs, behavior.down)
        longest = max((policy.seconds for policy in rules.policies), default=0)
        for event in events:
            event.outdated = event.outdated or now - event.at > longest
        old = [place for place, event in enumerate(events) if event.outdated]
        put(events, old, Remembered(now, abs(after - before)))


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: from `current` towards `desired`, within what is allowed."""

    now: float
    current: int
    desired: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Paced:
    """How far the step goes, and the conditions that say why."""

    replicas: int
    able: str
    limited: bool
    limit: str


def pace(step: Step, behavior: Behavior | None, history: History, settings: Settings) -> Paced:
    """Stabilise, limit the rate, keep within bounds."""
    if behavior is None:
        stable = stabilize_down(step, history, settings.downscale_seconds)
        reason = "ScaleDownStabilized"
        replicas, limit = limit_plainly(step, stable, settings.growth)
    else:
        stable = stabilize(step, history, behavior)
        reason = "ScaleUpStabilized" if step.desired >= step.current else "ScaleDownStabilized"
        replicas, limit = limit_by_policies(step, stable, behavior, history)
    able = "ReadyForNewScale" if stable == step.desired else reason
    return Paced(replicas, able, replicas != stable, limit)


def stabilize_down(step: Step, history: History, window: float) -> int:
    """Without `behavior`: the highest recommendation of the window, so that dips are ridden out."""
    old, highest = [], step.desired
    for place, one in enumerate(history.recommendations):
        if step.now - one.at >= window:
            old.append(place)
        else:
            highest = max(highest, one.amount)
    put(history.recommendations, old, Remembered(step.now, step.desired))
    return highest


def stabilize(step: Step, history: History, behavior: Behavior) -> int:
    """With `behavior`: both windows leave a corridor; move into it, and no further."""
    old, up, down = [], step.desired, step.desired
    for place, one in enumerate(history.recommendations):
        age = step.now - one.at
        if age < behavior.up.window:
            up = min(up, one.amount)
        if age < behavior.down.window:
            down = max(down, one.amount)
        if age >= max(behavior.up.window, behavior.down.window):
            old.append(place)
    put(history.recommendations, old, Remembered(step.now, step.desired))
    return min(max(step.current, up), down)


def limit_plainly(step: Step, stable: int, growth: float = 2) -> tuple[int, str]:
    """Without `behavior`: at most twice as many (or four), and within min and max."""
    allowed = max(int(growth * step.current), SMALLEST_GROWTH)
    if stable < step.least:
        return step.least, "TooFewReplicas"
    if stable > min(step.most, allowed):
        return (allowed, "ScaleUpLimit") if allowed < step.most else (step.most, "TooManyReplicas")
    return stable, "DesiredWithinRange"


def limit_by_policies(
    step: Step, stable: int, behavior: Behavior, history: History
) -> tuple[int, str]:
    """With `behavior`: as far as the policies allow in their periods, and within min and max."""
    if stable > step.current:
        allowed = max(step.current, limit_up(step, behavior.up, history))
        if stable > min(step.most, allowed):
            if allowed < step.most:
                return allowed, "ScaleUpLimit"
            return step.most, "TooManyReplicas"
    if stable < step.current:
        allowed = min(step.current, limit_down(step, behavior.down, history))
        if stable < max(step.least, allowed):
            if allowed > step.least:
                return allowed, "ScaleDownLimit"
            return step.least, "TooFewReplicas"
    return stable, "DesiredWithinRange"


def limit_up(step: Step, rules: Rules, history: History) -> int:
    """How high the policies let us go: percentages are rounded up, or 1 would never grow."""
    limits = [
        start + policy.value
        if policy.kind == "Pods"
        else math.ceil(start * (1 + policy.value / 100))
        for policy, start in starts(step, rules, history)
    ]
    return _selected(limits, rules, step.current, widest=max, narrowest=min)


def limit_down(step: Step, rules: Rules, history: History) -> int:
    """How low the policies let us go: percentages are cut, or 1 would never shrink."""
    limits = [
        start - policy.value if policy.kind == "Pods" else int(start * (1 - policy.value / 100))
        for policy, start in starts(step, rules, history)
    ]
    return _selected(limits, rules, step.current, widest=min, narrowest=max)


def starts(step: Step, rules: Rules, history: History) -> Iterator[tuple[Policy, int]]:
    """Each policy, with how many replicas there were when its period began."""
    for policy in rules.policies:
        added = changed(history.ups, step.now, policy.seconds)
        removed = changed(history.downs, step.now, policy.seconds)
        yield policy, step.current - added + removed


def _selected(
    limits: list[int], rules: Rules, current: int, *, widest: Select, narrowest: Select
) -> int:
    """The limit of the policy that `selectPolicy` lets decide."""
    if rules.select == "Disabled" or not limits:
        return current
    return narrowest(limits) if rules.select == "Min" else widest(limits)


def changed(events: list[Remembered], now: float, seconds: float) -> int:
    """By how many replicas the scale was changed in the period that ends now."""
    return sum(event.amount for event in events if now - event.at < seconds)


def put(entries: list[Remembered], old: list[int], entry: Remembered) -> None:
    """In the place of the last one that is too old to matter, or at the end."""
    if old:
        entries[old[-1]] = entry
    else:
        entries.append(entry)
