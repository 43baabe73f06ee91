"""What an API server asks for beyond names and types of fields, and what this lab cannot play."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from quantities import milli
from reading import Problem
from schema import Document

Fields = dict[str, Any]
MOST_PODS = 10
MOST_PROBLEMS = 20
LAST_PORT = 65_535
PROBES = ("httpGet", "tcpSocket", "exec", "grpc")
NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
TARGETS = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}
METRICS = "a Resource metric for cpu, or Pods, Object and External metrics, which nobody reports"


def rules(document: Document) -> Iterator[Problem]:
    """What is wrong with one manifest whose fields are all of their types."""
    metadata = document.value.get("metadata") or {}
    if not document.name and not metadata.get("generateName"):
        yield Problem(document.line, f"{document.kind} lacks metadata.name")
    elif document.name and not NAME.fullmatch(document.name):
        words = f"a name is small letters, digits, '-' and '.', not {document.name[:40]!r}"
        yield Problem(document.line, words)
    checks: dict[str, Callable[[Fields], Iterator[str]]] = {
        "Deployment": _deployment_rules, "HorizontalPodAutoscaler": _autoscaler_rules,
    }  # fmt: skip
    unknowns = {"Deployment": _unknown_of_pods, "HorizontalPodAutoscaler": _unknown_metrics}
    if document.kind in checks:
        spec, named = document.value["spec"], f"{document.kind} {document.name}"
        for words in islice(checks[document.kind](spec), MOST_PROBLEMS):
            yield Problem(document.line, f"{named}: {words}")
        for words in islice(unknowns[document.kind](spec), MOST_PROBLEMS):
            told = f"{named}: this lab does not know {words}"
            yield Problem(document.line, told, is_ours=True)


def together(documents: list[Document]) -> Iterator[Problem]:
    """What this lab cannot play of several manifests."""
    kinds = [one.kind for one in documents]
    for kind, least in (("Deployment", 1), ("HorizontalPodAutoscaler", 0)):
        if not least <= kinds.count(kind) <= 1:
            told = f"this lab runs one {kind}, and here are {kinds.count(kind)}"
            yield Problem(0, told, is_ours=True)
    placed = [one for one in documents if one.kind not in ("Namespace",)]
    spaces = {(one.value.get("metadata") or {}).get("namespace", "default") for one in placed}
    if len(spaces) > 1:
        told = f"this lab knows one namespace, and here are {', '.join(sorted(spaces))}"
        yield Problem(0, told, is_ours=True)
    for one in documents:
        spec = one.value.get("spec") or {}
        if max(spec.get("replicas", 0), spec.get("maxReplicas", 0), 0) > MOST_PODS and (
            one.kind in ("Deployment", "HorizontalPodAutoscaler")
        ):
            yield Problem(0, f"this lab has room for {MOST_PODS} pods, not for more", is_ours=True)


# -- the Deployment


def _deployment_rules(spec: Fields) -> Iterator[str]:
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    selector = spec["selector"]
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield "the selector is empty"
    elif not matches(selector, labels):
        yield "the selector does not match the labels of the template"
    yield from _selector_rules(selector)
    all_containers = containers(spec)
    if not all_containers:
        yield "its pods have no containers"
    names = [one["name"] for one in all_containers]
    if len(set(names)) < len(names):
        yield "two containers have the same name"
    for one in all_containers:
        yield from _container_rules(one)
    if spec.get("replicas", 1) < 0:
        yield "replicas is negative"
    yield from _update_rules(spec.get("strategy") or {})


def _selector_rules(selector: Fields) -> Iterator[str]:
    for one in selector.get("matchExpressions") or ():
        needs = one["operator"] in ("In", "NotIn")
        if needs != bool(one.get("values")):
            yield f"{one['operator']} in a selector {'needs' if needs else 'has no'} values"


def _update_rules(strategy: Fields) -> Iterator[str]:
    update = strategy.get("rollingUpdate") or {}
    if update and strategy.get("type") == "Recreate":
        yield "rollingUpdate may not be there when the type is Recreate"
    for name, given in update.items():
        shape = r"[0-9]{1,4}%" if isinstance(given, str) else r"[0-9]{1,4}"
        if not re.fullmatch(shape, str(given)):
            yield f"{name} should be a number of pods or a percentage, not {str(given)[:40]!r}"
    if not any(str(update.get(name, 1)).strip("0%") for name in ("maxUnavailable", "maxSurge")):
        yield "maxUnavailable may not be 0 when maxSurge is 0"


def _container_rules(container: Fields) -> Iterator[str]:
    resources = container.get("resources") or {}
    requests = resources.get("requests") or {}
    for name, limit in (resources.get("limits") or {}).items():
        if milli(requests.get(name, limit)) > milli(limit):
            yield f"container {container['name']} requests more {name} than its limit"
    if not container.get("image"):
        yield f"container {container['name']} has no image"
    for port in container.get("ports") or ():
        if not 1 <= port["containerPort"] <= LAST_PORT:
            yield f"{port['containerPort']} is no port: they go from 1 to {LAST_PORT}"
    for kind in ("readinessProbe", "startupProbe", "livenessProbe"):
        yield from _probe_rules(kind, container.get(kind))


def _probe_rules(kind: str, probe: Fields | None) -> Iterator[str]:
    if probe is None:
        return
    if sum(name in probe for name in PROBES) != 1:
        yield f"a {kind} needs one of {', '.join(PROBES)}"
    if any(isinstance(number, int) and number < 0 for number in probe.values()):
        yield f"a number of the {kind} is negative"


def _unknown_of_pods(spec: Fields) -> Iterator[str]:
    if spec.get("paused"):
        yield "a paused Deployment; it rolls every change out at once"
    if (spec["template"].get("spec") or {}).get("resources"):
        yield "resources of a whole pod; it knows those of each container"
    if not containers(spec):
        return
    for kind in ("readinessProbe", "startupProbe"):
        for name in ("exec", "grpc"):
            if name in (worker(spec).get(kind) or {}):
                yield f"a {kind} by {name}; it knows httpGet and tcpSocket"


def containers(spec: Fields) -> list[Fields]:
    """The containers of a Deployment's pods."""
    return list((spec["template"].get("spec") or {}).get("containers") or ())


def worker(spec: Fields) -> Fields:
    """The container that does the work: the first that has ports, in whatever order they stand."""
    found = containers(spec)
    return next((one for one in found if one.get("ports")), found[0])


def matches(selector: Fields, labels: Fields) -> bool:
    """Whether a selector finds a pod with these labels."""
    if not (selector.get("matchLabels") or {}).items() <= labels.items():
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions") or ())


def _holds(wanted: Fields, labels: Fields) -> bool:
    """One expression of a selector; a label that is not there is not in any list."""
    is_there, values = wanted["key"] in labels, wanted.get("values") or ()
    is_in = is_there and labels[wanted["key"]] in values
    said = {"In": is_in, "NotIn": not is_in, "Exists": is_there, "DoesNotExist": not is_there}
    return said[wanted["operator"]]


# -- the autoscaler


def _autoscaler_rules(spec: Fields) -> Iterator[str]:
    least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
    if not 1 <= least <= most:
        yield f"minReplicas must be at least 1 and at most maxReplicas, not {least} and {most}"
    for one in spec.get("metrics") or ():
        yield from _metric_rules(one)
    if spec.get("targetCPUUtilizationPercentage", 1) < 1:
        yield "targetCPUUtilizationPercentage must be at least 1"
    for name, given in (spec.get("behavior") or {}).items():
        if not 0 <= given.get("stabilizationWindowSeconds", 0) <= 3600:
            yield f"the window of {name} must be from 0 to 3600 seconds"
        for policy in given.get("policies") or ():
            if policy["value"] < 1 or not 1 <= policy["periodSeconds"] <= 1800:
                yield f"a policy of {name} needs a value from 1 and a period from 1 to 1800 seconds"


def _metric_rules(metric: Fields) -> Iterator[str]:
    source = metric.get(metric["type"][0].lower() + metric["type"][1:])
    if source is None:
        yield f"a metric of type {metric['type']} says nothing about it"
        return
    target = source["target"]
    if target.get(TARGETS[target["type"]]) is None:
        yield f"a target of type {target['type']} needs {TARGETS[target['type']]}"
    elif target.get("averageUtilization", 1) < 1:
        yield "averageUtilization must be at least 1"
    elif any(milli(target.get(name, 1)) <= 0 for name in ("averageValue", "value")):
        yield "a target must be more than 0"


def _unknown_metrics(spec: Fields) -> Iterator[str]:
    for one in spec.get("metrics") or ():
        if one["type"] == "ContainerResource":
            yield f"ContainerResource metrics; it knows {METRICS}"
        name = (one.get("resource") or {}).get("name")
        if one["type"] == "Resource" and name != "cpu":
            yield f"the usage of {str(name)[:40]!r}; it knows {METRICS}"
