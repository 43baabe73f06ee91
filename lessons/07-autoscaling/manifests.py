"""From YAML to what the cluster runs: a Deployment, its Service and its autoscaler."""

import json
import math
from dataclasses import dataclass
from typing import Any

from hpa import Metric, Spec
from pacing import DEFAULT_DOWN, DEFAULT_UP, Behavior, Policy, Rules
from ports import listens, ports_of
from quantities import milli
from reading import Problem
from rules import Fields, containers, rules, together, worker
from schema import Document, read

LONGEST_BOOT = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Probe:
    """A readinessProbe: where the kubelet asks, and how often."""

    path: str
    port: int | None  # None: a name that no port has
    delay: float
    period: float
    failures: int


@dataclass(frozen=True, slots=True)
class Workload:
    """Everything the lab's cluster needs to know of a file of manifests."""

    name: str
    replicas: int
    labels: Fields
    request: int | None  # millicores of all containers; None when one has no request
    requests: dict[str, int | None]  # of each container
    limit: int | None  # of the first container, which does the work
    boot_seconds: float
    containers: tuple[str, ...]
    ports: tuple[int, ...]
    probe: Probe | None
    surge: str | int
    unavailable: str | int
    revision: str  # equal templates are equal revisions
    endpoints: Fields | None  # the Service's selector
    target: str  # what the autoscaler names
    autoscaler: Spec | None

    def rolling(self, replicas: int) -> tuple[int, int]:
        """How many pods more, and how many fewer, an update may have meanwhile."""
        more = _share(self.surge, replicas, math.ceil)
        fewer = _share(self.unavailable, replicas, math.floor)
        return more, (fewer if more or fewer else 1)


def load(text: str) -> tuple[Workload | None, list[Problem]]:
    """The workload that a file describes, or why an API server (or this lab) would not take it."""
    try:
        documents, problems = read(text)
        problems = problems or [problem for one in documents for problem in rules(one)]
        problems = problems or list(together(documents))
        return (None, problems) if problems else (workload(documents), [])
    except RecursionError:
        return None, [Problem(0, "this is nested too deeply")]


def workload(documents: list[Document]) -> Workload:
    """What runs, out of manifests that are known to be well formed."""
    found = {one.kind: one for one in documents}
    deployment, autoscaler = found["Deployment"], found.get("HorizontalPodAutoscaler")
    spec = deployment.value["spec"]
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    ports = ports_of(containers(spec))
    strategy = spec.get("strategy") or {}
    update = strategy.get("rollingUpdate") or {}
    if strategy.get("type") == "Recreate":
        update = {"maxSurge": 0, "maxUnavailable": "100%"}  # all of the old go first
    target = autoscaler.value["spec"]["scaleTargetRef"] if autoscaler else {}
    return Workload(
        name=deployment.name,
        replicas=spec.get("replicas", 1),
        labels=labels,
        request=_cpu(containers(spec), "requests"),
        requests={one["name"]: _cpu([one], "requests") for one in containers(spec)},
        limit=_cpu([worker(spec)], "limits"),
        boot_seconds=_boot_seconds(worker(spec)),
        containers=tuple(one["name"] for one in containers(spec)),
        ports=tuple(ports.values()),
        probe=_probe(worker(spec), ports),
        surge=update.get("maxSurge", "25%"),
        unavailable=update.get("maxUnavailable", "25%"),
        revision=json.dumps(spec["template"], sort_keys=True, default=str),
        endpoints=_endpoints(documents, labels, ports),
        target=f"{target.get('kind')}/{target.get('name')}",
        autoscaler=autoscaler_spec(autoscaler.value["spec"]) if autoscaler else None,
    )


def _endpoints(documents: list[Document], labels: Fields, ports: dict[str, int]) -> Fields | None:
    """The selector of the Service that leads to the pods; of another one where none does."""
    services = [one.value.get("spec") or {} for one in documents if one.kind == "Service"]
    found = [one.get("selector") or {} for one in services if listens(one, ports)]
    leading = [one for one in found if one and one.items() <= labels.items()]
    return next(iter([*leading, *found]), {} if services else None)


def autoscaler_spec(spec: Fields) -> Spec:
    """An autoscaler's manifest as the controller wants it, with the API server's defaults."""
    metrics = tuple(_metric(one) for one in spec.get("metrics") or ())
    percent = spec.get("targetCPUUtilizationPercentage", 80)  # autoscaling/v1, and the default
    behavior = spec.get("behavior")
    return Spec(
        spec.get("minReplicas", 1),
        spec["maxReplicas"],
        metrics or (Metric("Resource", "cpu", "Utilization", percent),),
        None if behavior is None else Behavior(
            _rules(behavior.get("scaleUp") or {}, DEFAULT_UP),
            _rules(behavior.get("scaleDown") or {}, DEFAULT_DOWN),
        ),
    )  # fmt: skip


def _rules(given: Fields, default: Rules) -> Rules:
    policies = tuple(
        Policy(one["type"], one["value"], one["periodSeconds"])
        for one in given.get("policies") or ()
    )
    tolerance = given.get("tolerance")
    return Rules(
        given.get("stabilizationWindowSeconds", default.window),
        policies or default.policies,
        given.get("selectPolicy", default.select),
        None if tolerance is None else milli(tolerance) / 1000,
    )


def _metric(given: Fields) -> Metric:
    source = given[given["type"][0].lower() + given["type"][1:]]
    name = source.get("name") or source["metric"]["name"]
    target = source["target"]
    if target["type"] == "Utilization":
        return Metric(given["type"], name, "Utilization", target["averageUtilization"])
    field = {"AverageValue": "averageValue", "Value": "value"}[target["type"]]
    return Metric(given["type"], name, target["type"], milli(target[field]))


def _cpu(some: list[Fields], what: str) -> int | None:
    """Millicores of containers together; None as soon as one of them says nothing."""
    total = 0
    for one in some:
        resources = one.get("resources") or {}
        given = (resources.get(what) or {}).get("cpu")
        if given is None and what == "requests":
            given = (resources.get("limits") or {}).get("cpu")  # as the API server fills it in
        if given is None:
            return None
        total += milli(given)
    return total


def _boot_seconds(container: Fields) -> float:
    variables = container.get("env") or ()
    given = {one["name"]: one.get("value") for one in variables}.get("BOOT_SECONDS")
    return min(float(given), LONGEST_BOOT) if given and given.isdecimal() else 20.0


def _probe(container: Fields, ports: dict[str, int]) -> Probe | None:
    """When a pod counts as ready; None: at once, as with a probe that only looks for a port."""
    given = container.get("readinessProbe") or container.get("startupProbe")
    if not given or not given.get("httpGet"):
        return None
    asked = given["httpGet"]
    port = asked["port"] if isinstance(asked["port"], int) else ports.get(asked["port"])
    return Probe(
        asked.get("path", "/"), port, given.get("initialDelaySeconds", 0),
        given.get("periodSeconds", 10) or 10, given.get("failureThreshold", 3) or 3,
    )  # fmt: skip


def _share(given: str | int, of: int, rounded: Any) -> int:
    """`25%` of the replicas, or a plain number."""
    if isinstance(given, str) and given.endswith("%"):
        return int(rounded(of * int(given[:-1]) / 100))
    return int(given)
