"""How many replicas a metric asks for: the arithmetic of the HorizontalPodAutoscaler.

Everything is counted in milli-units (a quarter of a CPU is 250) and in seconds of one clock.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LONG_AGO = -1e9  # when a time is not known
EMPTY: Mapping[str, int] = {}


class Unknown(Exception):
    """A metric gives no number: the controller shows `<unknown>` and does not act on it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the cluster's operator sets, for all autoscalers; the defaults are Kubernetes' own."""

    tolerance_up: float = 0.1
    tolerance_down: float = 0.1
    initialization_seconds: float = 300  # a young pod's CPU is judged with care
    readiness_delay_seconds: float = 30  # a pod that turned unready this soon never was ready
    downscale_seconds: float = 300  # the window of those who write no `behavior`
    growth: float = 2  # at most this many times the replicas at once, without `behavior`

    def is_close(self, ratio: float) -> bool:
        """Whether a ratio is so near to 1 that nothing should be done."""
        return 1 - self.tolerance_down <= ratio <= 1 + self.tolerance_up


@dataclass(frozen=True, slots=True)
class Pod:
    """What the controller sees of a pod; `request` is in millicores, None when there is none."""

    name: str
    request: int | None = None
    phase: str = "Running"
    ready: bool | None = True  # None: nobody has looked yet
    started: float | None = LONG_AGO
    changed: float = LONG_AGO  # when `ready` last changed
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A pod's usage, averaged over the `window` that ends `at`."""

    usage: int
    at: float = LONG_AGO
    window: float = 60


@dataclass(frozen=True, slots=True)
class Groups:
    """Pods by what their samples are good for."""

    ready: int
    unready: frozenset[str]
    missing: frozenset[str]
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one metric asks for, and the numbers people are shown."""

    replicas: int
    average: int  # milli-units per pod
    utilization: int | None = None  # percent of the request


@dataclass(frozen=True, slots=True)
class Fleet:
    """The pods of one Deployment at one moment."""

    pods: tuple[Pod, ...]
    current: int
    now: float = 0.0
    settings: Settings = field(default_factory=Settings)


def group(fleet: Fleet, samples: Mapping[str, Sample], *, cpu: bool = True) -> Groups:
    """Sort the pods: who counts, who is not ready yet, who has no sample, who is on the way out."""
    ready = 0
    unready, missing, ignored = set(), set(), set()
    for pod in fleet.pods:
        if pod.deleted or pod.phase == "Failed":
            ignored.add(pod.name)
        elif pod.phase == "Pending":
            unready.add(pod.name)
        elif pod.name not in samples:
            missing.add(pod.name)
        elif cpu and _is_unready(pod, samples[pod.name], fleet):
            unready.add(pod.name)
        else:
            ready += 1
    return Groups(ready, frozenset(unready), frozenset(missing), frozenset(ignored))


def _is_unready(pod: Pod, sample: Sample, fleet: Fleet) -> bool:
    """Whether a pod's CPU says nothing yet: starting up is work, but not for the customers."""
    settings = fleet.settings
    if pod.ready is None or pod.started is None:
        return True
    if pod.started + settings.initialization_seconds > fleet.now:
        return not pod.ready or sample.at < pod.changed + sample.window
    return not pod.ready and pod.started + settings.readiness_delay_seconds > pod.changed


def by_utilization(fleet: Fleet, samples: Mapping[str, Sample], target: int) -> Proposal:
    """`averageUtilization`: usage as a percentage of what the pods request."""
    usage, groups = _counted(fleet, samples, cpu=True)
    requests = _requests(fleet.pods)
    utilization, average = _utilization(usage, requests)
    ratio = utilization / target
    full = max(100, target)  # percent of its request that a pod without a sample may be using
    assumed = {name: requests[name] * full // 100 for name in groups.missing}
    adjusted = _adjusted(usage, groups, ratio, assumed)
    again = ratio if adjusted is None else _utilization(adjusted, requests)[0] / target
    return Proposal(_replicas(fleet, groups, ratio, adjusted, again), average, utilization)


def by_average(
    fleet: Fleet, samples: Mapping[str, Sample], target: int, *, cpu: bool = False
) -> Proposal:
    """`averageValue`: so much per pod, whatever the pods request."""
    usage, groups = _counted(fleet, samples, cpu=cpu)
    average = sum(usage.values()) // len(usage)
    ratio = average / target
    adjusted = _adjusted(usage, groups, ratio, dict.fromkeys(groups.missing, target))
    again = ratio
    if adjusted is not None:
        again = sum(adjusted.values()) // len(adjusted) / target
    return Proposal(_replicas(fleet, groups, ratio, adjusted, again), average)


def by_value(fleet: Fleet, value: int, target: int) -> Proposal:
    """`value`: one number for all, such as requests a second at the door."""
    ratio = value / target
    if fleet.current == 0:
        return Proposal(math.ceil(ratio), value)
    if fleet.settings.is_close(ratio):
        return Proposal(fleet.current, value)
    serving = sum(pod.phase == "Running" and pod.ready is True for pod in fleet.pods)
    return Proposal(math.ceil(ratio * serving), value)


def by_share(fleet: Fleet, value: int, target: int) -> Proposal:
    """`averageValue` of one number for all: such as jobs in a queue, so many per pod."""
    replicas = fleet.current
    share = math.ceil(value / replicas) if replicas else value
    if not replicas or not fleet.settings.is_close(value / (target * replicas)):
        replicas = math.ceil(value / target)
    return Proposal(replicas, share)


def _counted(
    fleet: Fleet, samples: Mapping[str, Sample], *, cpu: bool
) -> tuple[dict[str, int], Groups]:
    """The usage of pods whose samples mean something."""
    if not samples:
        raise Unknown("no metrics came from the metrics server")
    if not fleet.pods:
        raise Unknown("there are no pods")
    groups = group(fleet, samples, cpu=cpu)
    left_out = groups.ignored | groups.unready
    usage = {name: sample.usage for name, sample in samples.items() if name not in left_out}
    if not usage:
        raise Unknown("there are no metrics of any ready pod")
    return usage, groups


def _requests(pods: Iterable[Pod]) -> dict[str, int]:
    """What each pod requests; one without a request and nothing can be said about any."""
    requests = {}
    for pod in pods:
        if pod.request is None:
            raise Unknown(f"missing request for cpu in a container of pod {pod.name}")
        requests[pod.name] = pod.request
    return requests


def _utilization(usage: Mapping[str, int], requests: Mapping[str, int]) -> tuple[int, int]:
    """Percent of the requests, cut to a whole number (109.9 is 109), and the average usage."""
    known = {name: used for name, used in usage.items() if name in requests}
    requested = sum(requests[name] for name in known)
    if not requested:
        raise Unknown("the metrics are of other pods")
    used = sum(known.values())
    return 100 * used // requested, used // len(known)


def _adjusted(
    usage: dict[str, int], groups: Groups, ratio: float, missing: Mapping[str, int]
) -> dict[str, int] | None:
    """The usage with cautious guesses for pods without one; None where nothing is to be guessed.

    On the way up they are taken to use nothing, on the way down to use a lot: whatever the truth
    is, it can only make the step smaller, never turn it round.
    """
    counts_unready = bool(groups.unready) and ratio > 1
    if not groups.missing and not counts_unready:
        return None
    guesses: Mapping[str, int] = EMPTY
    if ratio != 1:
        guesses = missing if ratio < 1 else dict.fromkeys(groups.missing, 0)
    idle = dict.fromkeys(groups.unready, 0) if counts_unready else EMPTY
    return {**usage, **guesses, **idle}


def _replicas(
    fleet: Fleet, groups: Groups, ratio: float, adjusted: dict[str, int] | None, again: float
) -> int:
    """The step from a ratio to a number of replicas; `again` is the ratio with the guesses in."""
    if fleet.settings.is_close(again):
        return fleet.current
    if adjusted is None:
        return math.ceil(ratio * groups.ready)
    turned = (ratio < 1 < again) or (again < 1 < ratio)
    replicas = math.ceil(again * len(adjusted))
    against = (again < 1 and replicas > fleet.current) or (again > 1 and replicas < fleet.current)
    return fleet.current if turned or against else replicas
