"""Turns the cases of the autoscaler's table into what lesson 07's controller is asked."""

from typing import Any

from tests.lessons.running_autoscaler import (
    LONG_AGO,
    Behavior,
    Fleet,
    Metric,
    Pod,
    Policy,
    Remembered,
    Rules,
    Sample,
    Seen,
    Settings,
    Spec,
    milli,
)

Case = dict[str, Any]
OFTEN = {"initialization_seconds": 120, "readiness_delay_seconds": 10}  # as the table's tests set


def settings(case: Case, **more: float) -> Settings:
    """The settings of a case: its tolerances, and the times its tests set."""
    tolerance = case.get("tolerance", {"scale_up": 0.1, "scale_down": 0.1})
    given = {"tolerance_up": tolerance["scale_up"], "tolerance_down": tolerance["scale_down"]}
    return Settings(**given, **OFTEN, **more)


def when(seconds: float | None) -> float:
    """Seconds from now; unknown is long ago."""
    return LONG_AGO if seconds is None else seconds


def pod(one: Case) -> Pod:
    """A pod of a case."""
    return Pod(
        one["name"],
        one.get("request_m"),
        one["phase"],
        None if one["ready"] is None else one["ready"] == "True",
        when(one["start_s"]) if "start_s" in one else None,
        when(one.get("ready_transition_s")),
        one["deleted"],
    )


def sample(one: Case) -> Sample:
    """What was measured of a pod."""
    usage = one["usage_m"] if "usage_m" in one else one["value"]
    return Sample(usage, when(one["timestamp_s"]), one.get("window_s", 60))


def fleet(case: Case) -> Fleet:
    """The pods of a case at time 0."""
    pods = tuple(pod(one) for one in case["pods"])
    return Fleet(pods, case.get("current_replicas", 0), 0.0, settings(case))


def samples(metrics: list[Case]) -> dict[str, Sample]:
    """Usage by pod."""
    return {one["pod"]: sample(one) for one in metrics}


def levels_fleet(case: Case) -> Fleet:
    """Pods of a case about other metrics: as many as there are replicas, or phases."""
    readiness, phases, starts = case["pod_readiness"], case["pod_phase"], case["pod_start_s"]
    count = max(case["current_replicas"], len(phases or ()))
    pods = [
        Pod(
            f"test-pod-{n}",
            None,
            phases[n] if phases else "Running",
            readiness is None or n >= len(readiness) or readiness[n] == "True",
            when(starts[n] if starts else None),
            when(starts[n] if starts else None),
        )
        for n in range(count)
    ]
    return Fleet(tuple(pods), case["current_replicas"], 0.0, settings(case))


def levels(case: Case) -> dict[str, Sample]:
    """What a metric that is not CPU says of each pod."""
    return {f"test-pod-{n}": Sample(level, 0) for n, level in enumerate(case["levels_milli"])}


def rules(given: Case | None, window: float = 0) -> Rules:
    """One direction; without any, one that never moves."""
    if given is None:
        return Rules(window, (Policy("Pods", 0, 15),), "Disabled")
    policies = tuple(
        Policy(one["type"], one["value"], one["periodSeconds"]) for one in given["policies"]
    )
    return Rules(
        given.get("stabilizationWindowSeconds", window), policies, given["selectPolicy"],
        given.get("tolerance"),
    )  # fmt: skip


def behavior(up: Case | None, down: Case | None) -> Behavior | None:
    """Both directions with the defaults for what is not given; None when nothing is."""
    if up is None and down is None:
        return None
    default = Behavior()
    return Behavior(
        default.up if up is None else rules(up), default.down if down is None else rules(down, 300)
    )


def remembered(entries: list[Case] | None) -> list[Remembered]:
    """Recommendations or changes of scale, as the history keeps them."""
    amounts = [one.get("replicas", one.get("change")) for one in entries or ()]
    outdated = [one.get("outdated", False) for one in entries or ()]
    times = [one["t"] for one in entries or ()]
    return [Remembered(*entry) for entry in zip(times, amounts, outdated, strict=True)]


def metrics(case: Case) -> tuple[Metric, ...]:
    """What the autoscaler of a case looks at."""
    target = case.get("cpu_target_utilization")
    kind = "ContainerResource" if case.get("container") else "Resource"
    found = [Metric(kind, "cpu", "Utilization", target)] if target else []
    return (*found, *(metric(one) for one in case.get("other_metrics") or ()))


def metric(given: Case) -> Metric:
    """One metric of a manifest, as the table abbreviates it."""
    source = next((value for key, value in given.items() if key != "type"), {})
    target = source.get("target", {})
    name = source.get("metric", {}).get("name", source.get("name", ""))
    for key, kind in (
        ("averageUtilization", "Utilization"), ("averageValue", "AverageValue"), ("value", "Value"),
    ):  # fmt: skip
        if target.get(key) is not None:
            number = target[key] if kind == "Utilization" else milli(target[key])
            return Metric(given["type"], name, kind, number)
    return Metric(given["type"], name, "Value", 0)


def seen(case: Case, broken: str) -> Seen:
    """The world of a reconcile case; `broken` is which of its sources gives an error."""
    cpu = samples(case["metrics"])
    names = {one["type"]: metric(one).name for one in case.get("other_metrics") or ()}
    values = {}
    if "Object" in names and broken != "other":
        values[names["Object"]] = case["levels_milli"][0]
    if "External" in names and broken != "other":
        values[names["External"]] = sum(case["levels_milli"])
    has_cpu = broken != "cpu" and (broken != "other" or case.get("cpu_target_utilization"))
    per_pod: dict[str, dict[str, Sample]] = {"cpu": cpu} if has_cpu else {}
    for kind in ("Pods", "Resource"):
        if kind in names and broken != "other":
            per_pod[names[kind]] = cpu
    replicas = None if broken == "scale" else case["spec_replicas"]
    pods = None if broken == "selector" else tuple(pod(one) for one in case["pods"])
    return Seen(0.0, replicas, pods, per_pod, values, writable=broken != "write")


def spec(case: Case) -> Spec:
    """The autoscaler of a reconcile case."""
    ways = behavior(case["scale_up_rules"], case["scale_down_rules"])
    return Spec(case["min_replicas"], case["max_replicas"], metrics(case), ways)
