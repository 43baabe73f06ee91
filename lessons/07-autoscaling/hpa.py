"""The HorizontalPodAutoscaler: a loop that looks every 15 seconds and moves one number.

`counting.py` says how many replicas the metrics ask for, `pacing.py` how fast to follow them. This
is the whole decision, in the order in which Kubernetes takes it, by whatever clock it is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from counting import (
    Fleet,
    Pod,
    Proposal,
    Sample,
    Settings,
    Unknown,
    by_average,
    by_share,
    by_utilization,
    by_value,
)
from pacing import Behavior, History, Remembered, Step, pace

SYNC_SECONDS = 15  # between two looks


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of `spec.metrics`; `target` is percent for Utilization, else milli-units."""

    kind: str  # Resource, ContainerResource, Pods, Object, External
    name: str
    target_kind: str  # Utilization, AverageValue, Value
    target: int


@dataclass(frozen=True, slots=True)
class Spec:
    """What the manifest asks for."""

    least: int
    most: int
    metrics: tuple[Metric, ...]
    behavior: Behavior | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the controller finds when it looks.

    Args:
        now: Seconds.
        replicas: Of the Deployment's spec; None when there is no such Deployment.
        pods: That its selector finds; None when the selector makes no sense.
        samples: Usage by pod, for each metric that is measured per pod.
        values: Milli-units, for each metric that is one number for all.
        writable: Whether it may change the Deployment.
    """

    now: float
    replicas: int | None
    pods: tuple[Pod, ...] | None
    samples: Mapping[str, Mapping[str, Sample]] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """How many replicas there should be, and why; `utilization` None is shown as `<unknown>`."""

    replicas: int | None
    why: str
    conditions: dict[str, tuple[bool, str]]
    utilization: int | None = None
    asked: int | None = None  # what the metrics alone would have


class Controller:
    """One autoscaler and what it remembers."""

    def __init__(
        self, spec: Spec, settings: Settings | None = None, history: History | None = None
    ) -> None:
        self.spec = spec
        self.settings = with_tolerance(settings or Settings(), spec.behavior)
        self.history = history  # None until the first look
        self._conditions: dict[str, tuple[bool, str]] = {}

    def reconcile(self, seen: Seen) -> Decision:
        """Look once: what should `spec.replicas` of the Deployment be?"""
        self._conditions = {}
        if seen.replicas is None:
            self._say("AbleToScale", False, "FailedGetScale")
            return self._decided(None, "its scaleTargetRef names nothing that exists")
        self._say("AbleToScale", True, "SucceededGetScale")
        if self.history is None:
            self.history = History([Remembered(seen.now, seen.replicas)])
        if seen.replicas == 0 and self.spec.least != 0:
            self._say("ScalingActive", False, "ScalingDisabled")
            return self._decided(0, "somebody set replicas to 0, which switches the autoscaler off")
        if seen.replicas > self.spec.most:
            return self._rescaled(seen, self.spec.most, "there are more than maxReplicas")
        if seen.replicas < self.spec.least:
            return self._rescaled(seen, self.spec.least, "there are fewer than minReplicas")
        return self._by_metrics(seen, seen.replicas, self.history)

    def _by_metrics(self, seen: Seen, current: int, history: History) -> Decision:
        try:
            asked, utilization = self._ask(seen, current)
        except Unknown as error:
            return self._decided(current, str(error))
        self._say("ScalingActive", True, "ValidMetricFound")
        step = Step(seen.now, current, asked, self.spec.least, self.spec.most)
        paced = pace(step, self.spec.behavior, history, self.settings)
        self._say("AbleToScale", True, paced.able)
        self._say("ScalingLimited", paced.limited, paced.limit)
        why = f"the metrics ask for {asked}"
        if paced.replicas != asked:
            why += f", {paced.limit if paced.limited else paced.able}"
        return self._rescaled(seen, paced.replicas, why, utilization, asked)

    def _ask(self, seen: Seen, current: int) -> tuple[int, int | None]:
        """The largest proposal wins; a metric that fails forbids going down, not going up."""
        if seen.pods is None:
            self._say("ScalingActive", False, "InvalidSelector")
            raise Unknown("the selector of its target makes no sense")
        fleet = Fleet(seen.pods, current, seen.now, self.settings)
        proposals: list[Proposal] = []
        failed: tuple[Metric, Unknown] | None = None
        for metric in self.spec.metrics:
            try:
                proposals.append(propose(metric, fleet, seen))
            except Unknown as error:
                failed = failed or (metric, error)
        asked = max((one.replicas for one in proposals), default=0)
        if failed and (not proposals or asked < current):
            self._say("ScalingActive", False, failure(failed[0]))
            raise failed[1]
        shown = (one.utilization for one in proposals if one.utilization is not None)
        return asked, next(shown, None)

    def _rescaled(
        self, seen: Seen, replicas: int, why: str,
        utilization: int | None = None, asked: int | None = None,
    ) -> Decision:  # fmt: skip
        before = seen.replicas or 0
        if replicas != before and not seen.writable:
            self._say("AbleToScale", False, "FailedUpdateScale")
            return self._decided(before, "the Deployment could not be changed", utilization, asked)
        if replicas != before and self.history is not None:
            self._say("AbleToScale", True, "SucceededRescale")
            self.history.scaled(seen.now, before, replicas, self.spec.behavior)
        return self._decided(replicas, why, utilization, asked)

    def _decided(
        self, replicas: int | None, why: str,
        utilization: int | None = None, asked: int | None = None,
    ) -> Decision:  # fmt: skip
        return Decision(replicas, why, dict(self._conditions), utilization, asked)

    def _say(self, condition: str, is_true: bool, reason: str) -> None:
        self._conditions[condition] = (is_true, reason)


def propose(metric: Metric, fleet: Fleet, seen: Seen) -> Proposal:
    """What one metric asks for."""
    known = ("Resource", "ContainerResource", "Pods", "Object", "External")
    if metric.kind not in known:
        raise Unknown(f"there are no metrics of type {metric.kind}")
    if metric.kind in ("Object", "External"):
        if metric.name not in seen.values:
            raise Unknown(f"nobody reports {metric.name}")
        count = by_value if metric.target_kind == "Value" else by_share
        return count(fleet, seen.values[metric.name], metric.target)
    samples = seen.samples.get(metric.name, {})
    if metric.target_kind == "Utilization":
        return by_utilization(fleet, samples, metric.target)
    return by_average(fleet, samples, metric.target, cpu=metric.name == "cpu")


def failure(metric: Metric) -> str:
    """The reason that `kubectl describe` shows when a metric fails."""
    names = {
        "Resource": "FailedGetResourceMetric",
        "ContainerResource": "FailedGetContainerResourceMetric",
        "Pods": "FailedGetPodsMetric",
        "Object": "FailedGetObjectMetric",
        "External": "FailedGetExternalMetric",
    }
    return names.get(metric.kind, "InvalidMetricSourceType")


def with_tolerance(settings: Settings, behavior: Behavior | None) -> Settings:
    """The operator's settings, with the manifest's own tolerances where it names some."""
    if behavior is None:
        return settings
    up, down = behavior.up.tolerance, behavior.down.tolerance
    return Settings(
        settings.tolerance_up if up is None else up,
        settings.tolerance_down if down is None else down,
        settings.initialization_seconds, settings.readiness_delay_seconds,
        settings.downscale_seconds, settings.growth,
    )  # fmt: skip
