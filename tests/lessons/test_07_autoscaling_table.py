"""Lesson 07's controller against the table of the real one; skipped where the table is not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lessons.running_autoscaler import (
    Controller,
    History,
    Remembered,
    Step,
    Unknown,
    by_average,
    by_share,
    by_utilization,
    by_value,
    changed,
    group,
    limit_by_policies,
    limit_plainly,
    pace,
    stabilize,
    stabilize_down,
)

ROOT = Path(__file__).parents[2]


from tests.lessons import hpa_table as table  # noqa: E402

TABLE = ROOT.parent / "shared" / "oracles" / "k8s_hpa.json"
DATA = json.loads(TABLE.read_text()) if TABLE.is_file() else {}
WITHOUT = pytest.mark.skipif(not DATA, reason="the autoscaler's table is not on this machine")
KINDS = {"Pods", "Object", "External", "Resource", "ContainerResource"}
PARTIAL = "1.20 scaled down with a failed metric; later versions and the documentation do not"


def cases(*sections: str) -> pytest.MarkDecorator:
    """One test per case of these sections, named as in the table."""
    found = [one for section in sections for one in DATA.get(section, [])]
    params = [pytest.param(one, id=one["id"]) for one in found]
    return pytest.mark.parametrize("case", params or [pytest.param({}, marks=WITHOUT, id="none")])


@cases("resource_utilization", "sweep_real_controller")
def test_utilization(case):
    fleet, expected = table.fleet(case), case["expected"]
    samples = table.samples(case["metrics"])
    if expected["error"]:
        with pytest.raises(Unknown):
            by_utilization(fleet, samples, case["target_utilization"])
        return
    got = by_utilization(fleet, samples, case["target_utilization"])
    assert got.replicas == expected["replicas"]
    assert got.utilization == expected["utilization"]
    assert got.average == expected["average_usage_m"]


@cases("resource_utilization", "sweep_real_controller")
def test_classes_of_pods(case):
    groups = group(table.fleet(case), table.samples(case["metrics"]))
    classes = {one["name"]: one["class"] for one in case["pods"]}
    wanted = {
        kind: {name for name, one in classes.items() if one == kind}
        for kind in ("ready", "unready", "missing_metrics", "ignored")
    }
    assert groups.ready == len(wanted["ready"])
    assert groups.unready == wanted["unready"]
    assert groups.missing == wanted["missing_metrics"]
    assert groups.ignored == wanted["ignored"]


@cases("group_pods")
def test_groups(case):
    samples = {name: table.sample(one) for name, one in case["metrics"].items()}
    groups = group(table.fleet(case), samples, cpu=case["resource"] == "cpu")
    expected = case["expected"]
    assert groups.ready == expected["ready_count"]
    for kind in ("unready", "missing", "ignored"):
        assert getattr(groups, kind) == set(expected[kind])


@cases("custom_metrics")
def test_other_metrics(case):
    fleet, samples, kind = table.levels_fleet(case), table.levels(case), case["metric_source_type"]
    if case["expected"]["error"]:
        with pytest.raises(Unknown):
            by_average(fleet, samples, case["target_milli"])
        return
    if kind.startswith("Pods"):
        got = by_average(fleet, samples, case["target_milli"])
    elif "Average" in kind:
        got = by_share(fleet, sum(case["levels_milli"]), case["per_pod_target_milli"])
    else:
        got = by_value(fleet, sum(case["levels_milli"]), case["target_milli"])
    assert got.replicas == case["expected"]["replicas"]
    assert got.average == case["expected"]["usage_milli"]


def broken(case: table.Case) -> str:
    """Which source of the case gives an error: the table says only that one does."""
    if not case["test_overrides_api_clients"]:
        return ""
    sources = {
        "GetScale": "scale",
        "UpdateScale": "write",
        "Selector": "selector",
        "Metric": "other" if case["other_metrics"] else "cpu",
    }
    return next((source for words, source in sources.items() if words in case["id"]), "")


@cases("controller_reconcile")
def test_reconcile(case):
    fails = broken(case)
    kinds = {one["type"] for one in case["other_metrics"] or ()}
    is_partial = fails == "other" or bool(kinds - KINDS)
    history = None
    if case["prior_recommendations"] is not None:
        history = History(table.remembered(case["prior_recommendations"]))
    # the table's tests let replicas grow eightfold at once
    controller = Controller(table.spec(case), table.settings(case, growth=8), history)
    decision = controller.reconcile(table.seen(case, fails))
    got = case["spec_replicas"] if decision.replicas is None else decision.replicas
    if is_partial and "ScaleDown" in case["id"]:
        assert got == case["spec_replicas"]
        pytest.skip(PARTIAL)
    assert got == case["expected"]["desired_replicas"]
    wanted = case["expected"]["conditions"]
    found = {f"{name}={on}:{why}" for name, (on, why) in decision.conditions.items()}
    assert not wanted or found == set(wanted)


@cases("convert_rules_default")
def test_plain_limits(case):
    step = Step(
        0, case["current_replicas"], case["desired_replicas"], case["min_replicas"],
        case["max_replicas"],
    )  # fmt: skip
    for expected in (case["expected_production"], case["expected_in_test"]):
        got = limit_plainly(step, step.desired, expected["scaleUpLimitFactor"])
        assert got == (expected["replicas"], expected["condition"])


@cases("stabilize_default")
def test_plain_stabilization(case):
    history = History(table.remembered(case["recommendations"]))
    got = stabilize_down(Step(0, 0, case["desired_replicas"], 0, 0), history, case["window_s"])
    assert got == case["expected_replicas"]
    assert len(history.recommendations) == case["expected_log_length"]


@cases("stabilize_with_behavior")
def test_stabilization(case):
    history = History(table.remembered(case["recommendations"]))
    windows = (case["scale_up_window_s"], case["scale_down_window_s"])
    up, down = (table.rules(None, window) for window in windows)
    step = Step(0, case["current_replicas"], case["desired_replicas"], 0, 0)
    assert stabilize(step, history, table.Behavior(up, down)) == case["expected_replicas"]
    assert [one.amount for one in history.recommendations] == case["recommendations_after"]


@cases("behavior_rate_limits")
def test_rate_limits(case):
    history = History(
        ups=table.remembered(case["scale_up_events"]),
        downs=table.remembered(case["scale_down_events"]),
    )
    ways = table.Behavior(table.rules(case["scale_up"]), table.rules(case["scale_down"]))
    step = Step(
        0, case["current_replicas"], case["desired_replicas"], case["min_replicas"],
        case["max_replicas"],
    )  # fmt: skip
    got = limit_by_policies(step, step.desired, ways, history)
    assert got == (case["expected"]["replicas"], case["expected"]["condition"])


@cases("store_scale_events")
@pytest.mark.parametrize("direction", ["ups", "downs"])
def test_scale_events(case, direction):
    events = table.remembered(case["prev_events"])
    history = History(**{direction: events})
    assert changed(events, 0, 60) == case["expected_replicas_change_60s_before_store"]
    ways = None if case["rules"] is None else table.Behavior(*[table.rules(case["rules"])] * 2)
    change = case["replica_change"]
    history.scaled(0, 10, 10 + change if direction == "ups" else 10 - change, ways)
    got = [{"change": one.amount, "outdated": one.outdated} for one in events]
    if case["rules"] is None and not case["prev_events"]:
        assert got == []  # nobody counts, so nothing is remembered
    else:
        assert got == case["expected_events"]


@cases("traces_real_controller")
def test_traces(case):
    given = case["behavior_defaulted"]
    ways = table.behavior(given["scaleUp"], given["scaleDown"]) if given else None
    history = History([Remembered(case["steps"][0]["t"], case["start_replicas"])])
    limits = table.settings(case, downscale_seconds=case["downscale_stabilization_s"])
    for at, wanted, result, reasons in told(case):
        current = wanted[0]
        step = Step(at, *wanted, case["min_replicas"], case["max_replicas"])
        got = pace(step, ways, history, limits)
        assert got.replicas == result, f"at {at} s"
        assert {"AbleToScale": got.able, "ScalingLimited": got.limit} == reasons, f"at {at} s"
        history.scaled(at, current, got.replicas, ways)


def told(case: table.Case) -> Iterator[tuple[float, tuple[int, int], int, dict[str, str]]]:
    """The steps of a trace: when, from where to where, the answer and its reasons."""
    for one in case["steps"]:
        yield one["t"], (one["current"], one["metric_desired"]), one["result"], one["conditions"]
