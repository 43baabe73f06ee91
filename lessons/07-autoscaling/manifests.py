"""From YAML to what the cluster runs: a Deployment, its Service and its autoscaler."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hpa import Metric, Spec
from pacing import DEFAULT_DOWN, DEFAULT_UP, Behavior, Policy, Rules
from quantities import milli
from schema import Document, Problem, read

Fields = dict[str, Any]
MOST_PODS = 10


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
    """The workload that a file describes, or why an API server would refuse it."""
    documents, problems = read(text)
    if problems:
        return None, problems
    problems = [problem for one in documents for problem in rules(one)]
    deployments = [one for one in documents if one.kind == "Deployment"]
    if len(deployments) != 1:
        problems.append(Problem(0, f"the lab runs one Deployment, and here are {len(deployments)}"))
    if problems:
        return None, problems
    found = workload(documents)
    most = found.autoscaler.most if found.autoscaler else 0
    if max(found.replicas, most) > MOST_PODS:
        return None, [Problem(0, f"the lab has room for {MOST_PODS} pods, not for more")]
    return found, []


def rules(document: Document) -> Iterator[Problem]:
    """What the API server asks for beyond names and types of fields."""
    if not document.name:
        yield Problem(document.line, f"{document.kind} lacks metadata.name")
    checks = {"Deployment": _deployment_rules, "HorizontalPodAutoscaler": _autoscaler_rules}
    if document.kind in checks:
        for words in checks[document.kind](document.value["spec"]):
            yield Problem(document.line, f"{document.kind} {document.name}: {words}")


def _deployment_rules(spec: Fields) -> Iterator[str]:
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    wanted = spec["selector"].get("matchLabels") or {}
    if not wanted or not wanted.items() <= labels.items():
        yield "the selector does not match the labels of the template"
    for one in containers(spec):
        yield from _container_rules(one)
    if spec.get("replicas", 1) < 0:
        yield "replicas is negative"
    update = (spec.get("strategy") or {}).get("rollingUpdate") or {}
    for name, given in update.items():
        if not re.fullmatch(r"[0-9]{1,4}%?", str(given)):
            yield f"{name} should be a number of pods or a percentage, not {given!r}"


def _container_rules(container: Fields) -> Iterator[str]:
    resources = container.get("resources") or {}
    requests = resources.get("requests") or {}
    for name, limit in (resources.get("limits") or {}).items():
        if milli(requests.get(name, limit)) > milli(limit):
            yield f"container {container['name']} requests more {name} than its limit"
    if not container.get("image"):
        yield f"container {container['name']} has no image"


def _autoscaler_rules(spec: Fields) -> Iterator[str]:
    least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
    if not 1 <= least <= most:
        yield f"minReplicas must be at least 1 and at most maxReplicas, not {least} and {most}"
    fields = {
        "Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value",
    }  # fmt: skip
    for one in spec.get("metrics") or ():
        source = one.get(one["type"][0].lower() + one["type"][1:])
        if source is None:
            yield f"a metric of type {one['type']} says nothing about it"
        elif source["target"].get(fields[source["target"]["type"]]) is None:
            kind = source["target"]["type"]
            yield f"a target of type {kind} needs {fields[kind]}"
        elif source["target"].get("averageUtilization", 1) < 1:
            yield "averageUtilization must be at least 1"


def containers(spec: Fields) -> list[Fields]:
    """The containers of a Deployment's pods."""
    return list((spec["template"].get("spec") or {"containers": []})["containers"])


def workload(documents: list[Document]) -> Workload:
    """What runs, out of manifests that are known to be well formed."""
    found = {one.kind: one for one in documents}
    deployment = found["Deployment"]
    spec = deployment.value["spec"]
    ports = _ports(spec)
    strategy = spec.get("strategy") or {}
    update = strategy.get("rollingUpdate") or {}
    if strategy.get("type") == "Recreate":
        update = {"maxSurge": 0, "maxUnavailable": "100%"}  # all of the old go first
    autoscaler, service = found.get("HorizontalPodAutoscaler"), found.get("Service")
    target = autoscaler.value["spec"]["scaleTargetRef"] if autoscaler else {}
    return Workload(
        name=deployment.name,
        replicas=spec.get("replicas", 1),
        labels=spec["template"]["metadata"]["labels"],
        request=_cpu(spec, "requests"),
        limit=_cpu(spec, "limits", first=1),
        boot_seconds=_boot_seconds(spec),
        containers=tuple(one["name"] for one in containers(spec)),
        ports=tuple(ports.values()),
        probe=_probe(containers(spec), ports),
        surge=update.get("maxSurge", "25%"),
        unavailable=update.get("maxUnavailable", "25%"),
        revision=json.dumps(spec["template"], sort_keys=True),
        endpoints=service.value["spec"].get("selector") if service else None,
        target=f"{target.get('kind')}/{target.get('name')}",
        autoscaler=autoscaler_spec(autoscaler.value["spec"]) if autoscaler else None,
    )


def autoscaler_spec(spec: Fields) -> Spec:
    """An autoscaler's manifest as the controller wants it, with the API server's defaults."""
    metrics = tuple(_metric(one) for one in spec.get("metrics") or ())
    behavior = spec.get("behavior")
    return Spec(
        spec.get("minReplicas", 1),
        spec["maxReplicas"],
        metrics or (Metric("Resource", "cpu", "Utilization", 80),),
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


def _cpu(spec: Fields, what: str, first: int | None = None) -> int | None:
    """Millicores of the (first) containers together; None as soon as one of them says nothing."""
    total = 0
    for one in containers(spec)[:first]:
        resources = one.get("resources") or {}
        given = (resources.get(what) or {}).get("cpu")
        if given is None and what == "requests":
            given = (resources.get("limits") or {}).get("cpu")  # as the API server fills it in
        if given is None:
            return None
        total += milli(given)
    return total


def _boot_seconds(spec: Fields) -> float:
    variables = containers(spec)[0].get("env") or ()
    given = {one["name"]: one.get("value") for one in variables}.get("BOOT_SECONDS")
    return float(given) if given and given.isdecimal() else 20.0


def _ports(spec: Fields) -> dict[str, int]:
    """The ports of all containers by name (or number, for those without)."""
    found = [port for one in containers(spec) for port in one.get("ports") or ()]
    return {port.get("name", str(port["containerPort"])): port["containerPort"] for port in found}


def _probe(all_containers: list[Fields], ports: dict[str, int]) -> Probe | None:
    """The first container's readinessProbe, when it asks over HTTP."""
    given = all_containers[0].get("readinessProbe")
    if not given or not given.get("httpGet"):
        return None
    asked = given["httpGet"]
    port = asked["port"] if isinstance(asked["port"], int) else ports.get(asked["port"])
    return Probe(
        asked.get("path", "/"), port, given.get("initialDelaySeconds", 0),
        given.get("periodSeconds", 10), given.get("failureThreshold", 3),
    )  # fmt: skip


def _share(given: str | int, of: int, rounded: Any) -> int:
    """`25%` of the replicas, or a plain number."""
    if isinstance(given, str) and given.endswith("%"):
        return int(rounded(of * int(given[:-1]) / 100))
    return int(given)
