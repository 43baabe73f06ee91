"""Lesson 07 by itself: the facts about the autoscaler, in cases of our own, and its parts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Lab
from tests.lessons.running_autoscaler import (
    LESSON,
    Behavior,
    Cluster,
    Controller,
    Fleet,
    History,
    Metric,
    Pod,
    Policy,
    Remembered,
    Rules,
    Sample,
    Seen,
    Settings,
    Spec,
    Step,
    Unknown,
    Worker,
    by_share,
    by_utilization,
    by_value,
    cpu_seconds,
    load,
    lost,
    milli,
    pace,
    sent,
)

YAML = (LESSON / "web.yaml").read_text()
CPU = (Metric("Resource", "cpu", "Utilization", 50),)


def alike(count: int, percent: int, request: int = 200) -> tuple[Fleet, dict[str, Sample]]:
    """Pods that all use the same share of their request."""
    pods = tuple(Pod(f"pod-{n}", request) for n in range(count))
    return Fleet(pods, count), {pod.name: Sample(request * percent // 100) for pod in pods}


def replicas(count: int, percent: int, target: int) -> int:
    fleet, samples = alike(count, percent)
    return by_utilization(fleet, samples, target).replicas


# -- how many


@pytest.mark.parametrize(
    ("count", "percent", "target", "wanted"),
    [(1, 305, 50, 7), (4, 80, 50, 7), (50, 90, 75, 60), (4, 54, 50, 4), (4, 56, 50, 5)],
)
def test_the_numbers_of_the_lesson(count, percent, target, wanted):
    assert replicas(count, percent, target) == wanted


def test_utilization_is_cut_to_a_whole_percent():
    pods = tuple(Pod(f"pod-{n}", 1000) for n in range(3))
    samples = {pod.name: Sample(209) for pod in pods}
    got = by_utilization(Fleet(pods, 3), samples, 10)
    assert (got.utilization, got.replicas) == (20, 6)  # 20.9 would give 7


def test_the_ready_pods_are_multiplied_and_not_the_replicas():
    ready = [Pod(f"ready-{n}", 200) for n in range(3)]
    waiting = [Pod(f"waiting-{n}", 200, phase="Pending") for n in range(2)]
    samples = {pod.name: Sample(50) for pod in ready}
    assert by_utilization(Fleet((*ready, *waiting), 5), samples, 50).replicas == 2


def test_pods_that_start_count_as_idle_on_the_way_up():
    ready, young = Pod("ready", 200), Pod("young", 200, ready=False, started=0)
    samples = {"ready": Sample(400), "young": Sample(900)}
    assert by_utilization(Fleet((ready, young), 2), samples, 50).replicas == 4


@pytest.mark.parametrize(("target", "wanted"), [(50, 3), (300, 2)])
def test_pods_without_a_sample_count_as_busy_on_the_way_down(target, wanted):
    pods = tuple(Pod(f"pod-{n}", 200) for n in range(4))
    samples = {pod.name: Sample(target // 10 * 2) for pod in pods[:3]}
    assert by_utilization(Fleet(pods, 4), samples, target).replicas == wanted


def test_a_guess_never_turns_a_step_round():
    pods = (Pod("small", 100), Pod("large", 900))
    assert by_utilization(Fleet(pods, 2), {"small": Sample(20)}, 50).replicas == 2


def test_one_pod_without_a_request_is_enough_to_know_nothing():
    fleet = Fleet((Pod("one", 200), Pod("two", None)), 2)
    with pytest.raises(Unknown, match="missing request for cpu in a container of pod two"):
        by_utilization(fleet, {"one": Sample(900)}, 50)


def test_a_young_pod_is_judged_only_by_a_sample_from_after_it_became_ready():
    young = Pod("pod", 200, started=0, changed=60)
    settings = Settings(initialization_seconds=300)
    for at, counts in ((70, False), (75, True)):
        fleet = Fleet((young,), 1, now=80, settings=settings)
        try:
            by_utilization(fleet, {"pod": Sample(200, at, 15)}, 50)
        except Unknown:
            assert not counts
        else:
            assert counts


def test_other_metrics_count_by_value_or_by_share():
    fleet = Fleet(tuple(Pod(f"pod-{n}") for n in range(3)), 3)
    assert by_value(fleet, 40_000, 10_000).replicas == 12
    assert by_share(fleet, 40_000, 10_000).replicas == 4
    assert by_value(Fleet((), 0), 1_500, 1_000).replicas == 2


# -- how fast


def play(asked: list[int], start: int, behavior: Behavior | None, most: int = 50) -> list[int]:
    history, current, results = History([Remembered(0, start)]), start, []
    for look, one in enumerate(asked):
        step = Step(15 * look, current, one, 1, most)
        after = pace(step, behavior, history, Settings()).replicas
        history.scaled(15 * look, current, after, behavior)
        current = after
        results.append(current)
    return results


def test_a_step_at_most_doubles_or_goes_to_four():
    assert play([30] * 4, 2, None) == [4, 8, 16, 30]
    assert play([30] * 2, 1, None) == [4, 8]


def test_down_after_five_minutes_and_not_before():
    assert play([10] + [2] * 21, 10, None) == [10] * 20 + [2] * 2


def test_a_policy_counts_what_was_added_in_its_period():
    slow = Behavior(up=Rules(0, (Policy("Pods", 2, 60),)))
    assert play([20] * 9, 3, slow) == [5, 5, 5, 5, 7, 7, 7, 7, 9]


def test_percent_is_rounded_up_on_the_way_up_and_cut_on_the_way_down():
    ten = Behavior(
        up=Rules(0, (Policy("Percent", 10, 15),)),
        down=Rules(0, (Policy("Percent", 10, 15),)),
    )
    assert play([50] * 3, 1, ten) == [2, 3, 4]
    assert play([1] * 3, 15, ten) == [13, 11, 9]


def test_a_disabled_direction_stays():
    never = Behavior(down=Rules(0, (Policy("Percent", 100, 15),), "Disabled"))
    assert play([9, 1, 1], 9, never) == [9, 9, 9]


def test_both_windows_leave_a_corridor():
    both = Behavior(up=Rules(60, (Policy("Percent", 900, 15),)), down=Rules(60, ()))
    assert play([5, 9, 5, 9, 9, 9, 9], 5, both) == [5, 5, 5, 5, 5, 5, 9]


# -- the whole decision


def seen(current: int | None, percent: int, now: float = 0.0, **changes: object) -> Seen:
    fleet, samples = alike(current or 0, percent)
    given = {"replicas": current, "pods": fleet.pods, "samples": {"cpu": samples}, **changes}
    return Seen(now, **given)  # type: ignore[arg-type]


def reasons(decision) -> dict[str, str]:
    return {name: reason for name, (_, reason) in decision.conditions.items()}


def test_zero_replicas_switch_the_autoscaler_off():
    decision = Controller(Spec(2, 5, CPU)).reconcile(seen(0, 0))
    assert (decision.replicas, reasons(decision)["ScalingActive"]) == (0, "ScalingDisabled")


@pytest.mark.parametrize(("current", "wanted"), [(9, 5), (1, 2)])
def test_outside_the_bounds_no_metric_is_asked(current, wanted):
    decision = Controller(Spec(2, 5, CPU)).reconcile(seen(current, 50, samples={}))
    assert decision.replicas == wanted
    assert reasons(decision) == {"AbleToScale": "SucceededRescale"}


def test_the_maximum_says_so():
    decision = Controller(Spec(2, 5, CPU)).reconcile(seen(4, 400))
    assert (decision.replicas, decision.asked) == (5, 32)
    assert reasons(decision)["ScalingLimited"] == "TooManyReplicas"


def test_a_name_that_nothing_has_is_no_target():
    decision = Controller(Spec(2, 5, CPU)).reconcile(seen(None, 50))
    assert (decision.replicas, reasons(decision)) == (None, {"AbleToScale": "FailedGetScale"})


@pytest.mark.parametrize(("percent", "wanted"), [(10, 4), (90, 8)])
def test_a_metric_that_fails_forbids_the_way_down_alone(percent, wanted):
    metrics = (*CPU, Metric("External", "jobs", "Value", 1000))
    controller = Controller(Spec(1, 20, metrics), history=History())
    decision = controller.reconcile(seen(4, percent))
    assert decision.replicas == wanted
    if percent == 10:
        assert reasons(decision)["ScalingActive"] == "FailedGetExternalMetric"


def test_the_largest_proposal_wins():
    metrics = (*CPU, Metric("External", "jobs", "AverageValue", 1000))
    decision = Controller(Spec(1, 20, metrics)).reconcile(seen(4, 55, values={"jobs": 7_000}))
    assert decision.replicas == 7


# -- manifests


def test_the_lab_s_manifests_are_accepted_and_read():
    workload, problems = load(YAML)
    assert not problems
    assert workload is not None
    assert (workload.request, workload.limit, workload.rolling(4)) == (250, 500, (1, 1))
    assert workload.autoscaler == Spec(2, 5, (Metric("Resource", "cpu", "Utilization", 60),))


@pytest.mark.parametrize(
    ("what", "to", "line", "words"),
    [
        ("maxReplicas", "maxReplica", 48, "Did you mean 'maxReplicas'?"),
        ("minReplicas: 2", 'minReplicas: "2"', 47, "should be of type integer"),
        ("cpu: 250m", "cpu: 250x", 29, "'250x' is no quantity"),
        ('value: "20"', "value: 20", 24, "put it in quotes"),
        ("minReplicas: 2", "minReplicas: 2\n  minReplicas: 3", 48, "twice"),
        ("minReplicas: 2", "minReplicas: 9", 41, "at most maxReplicas"),
        ("cpu: 250m", "cpu: 600m", 2, "requests more cpu than its limit"),
        ("{app: web}\n  strategy", "{app: shop}\n  strategy", 2, "does not match the labels"),
        ("autoscaling/v2", "autoscaling/v1", 41, "none of the kinds used here"),
        (
            "metadata:\n  name: web\nspec:\n  replicas",
            "spec:\n  replicas",
            2,
            "lacks metadata.name",
        ),
        ("{type: Utilization, averageUtilization: 60}", "{type: Value}", 41, "needs value"),
        ("maxReplicas: 5", "maxReplicas: 500", 0, "room for 10 pods"),
        ("maxReplicas: 5", "maxReplicas:", 46, "lacks the field 'maxReplicas'"),
        ("replicas: 2 ", "replicas: [2", 8, "this is no YAML"),
        ("labels: {app: web}", "labels: &l {app: web}\n      annotations: *l", 16, "aliases"),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_with_its_line(what, to, line, words):
    assert what in YAML
    workload, problems = load(YAML.replace(what, to, 1))
    assert workload is None
    lines = [one.line for one in problems if words in one.words]
    assert lines[:1] == [line], problems


def test_a_limit_stands_in_for_a_request_that_is_missing():
    workload, _ = load(YAML.replace("requests: {cpu: 250m, memory: 64Mi}", "requests: {}"))
    assert workload is not None
    assert workload.request == 500


def test_behavior_is_filled_up_with_the_defaults():
    more = "  behavior:\n    scaleDown: {stabilizationWindowSeconds: 60, tolerance: 0.05}\n"
    workload, problems = load(YAML + more)
    assert not problems
    assert workload is not None
    assert workload.autoscaler is not None
    behavior = workload.autoscaler.behavior
    assert behavior is not None
    assert (behavior.down.window, behavior.down.tolerance) == (60, 0.05)
    assert behavior.up == Behavior().up


@pytest.mark.parametrize(
    ("text", "thousandths"), [("250m", 250), ("1", 1000), ("0.5", 500), ("64Mi", 67108864000)]
)
def test_quantities(text, thousandths):
    assert milli(text) == thousandths


# -- pods and cluster


def test_a_worker_starts_up_serves_and_keeps_to_its_limit():
    worker = Worker(born=0, boot_seconds=20, quota_ms=3, cost_ms=1)
    assert worker.answer("/work", 10, 1) == (503, "starting up")
    assert [worker.answer("/work", 20, 2)[0] for _ in range(4)] == [200, 200, 200, 503]
    assert worker.answer("/work", 25, 3)[0] == 200
    assert worker.answer("/", 25, 3)[0] == 200
    assert worker.answer("/elsewhere", 25, 3)[0] == 404


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Two pods of the lab's manifest, at half of what they request."""
    lab = Lab()
    lab.open(lambda event: None, LESSON)
    workload, _ = load(YAML)
    assert workload is not None
    running = Cluster(lab, workload)
    try:
        running.start(workload)
        yield running
    finally:
        lab.close()


def test_measured_cpu_is_what_the_requests_burned(cluster):
    if cpu_seconds(cluster.pods[0].process.pid) is None:
        pytest.skip("there is no /proc here")
    cluster.load = 60  # of 500m in all: 100 %
    cluster.advance(15)
    burned = [cpu_seconds(pod.process.pid) for pod in cluster.pods]
    slices = cluster.advance(60)
    more = sum(
        cpu_seconds(pod.process.pid) - before
        for pod, before in zip(cluster.pods, burned, strict=False)
    )
    served = sent(slices) - lost(slices)
    assert served == 60
    assert more <= 1.5 * served / 1000  # some may have gone to pods that came later


def test_load_brings_pods_and_a_dead_one_is_replaced(cluster):
    cluster.load = 120
    cluster.advance(120)
    assert cluster.replicas == 5
    victim = cluster.pods[0]
    victim.process.kill()
    cluster.advance(60)
    assert len(cluster.pods) == 5
    assert victim not in cluster.pods
    assert all(pod.ready for pod in cluster.pods)


def test_a_pod_whose_probe_asks_elsewhere_never_gets_a_request(cluster):
    workload, _ = load(YAML.replace("path: /, port: http", "path: /, port: 81"))
    assert workload is not None
    cluster.start(workload)
    assert lost(cluster.advance(60)) == 30
    assert cluster.endpoints() == []


def test_an_update_never_goes_below_what_the_manifest_allows(cluster):
    cluster.load = 60
    cluster.replicas = 4
    workload, _ = load(YAML.replace("minReplicas: 2", "minReplicas: 4"))
    assert workload is not None
    cluster.start(workload)
    new, _ = load(YAML.replace("minReplicas: 2", "minReplicas: 4").replace("slim", "slim-2"))
    assert new is not None
    cluster.apply(new)
    slices = cluster.advance(180)
    assert cluster.is_settled
    assert min(one.ready for one in slices) >= 3
    assert max(one.pods for one in slices) <= 5
    assert lost(slices) == 0


# -- a real cluster


def applied(tmp_path: Path, *arguments: str, kubectl: str = "") -> subprocess.CompletedProcess[str]:
    """apply.py with a kubectl of ours on the PATH, or with none."""
    if kubectl:
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\n{kubectl}\n")
        program.chmod(0o755)
    return subprocess.run(
        [sys.executable, str(LESSON / "apply.py"), *arguments],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_without_kubectl_nothing_is_applied_and_it_says_so(tmp_path):
    done = applied(tmp_path, "--context", "mine")
    assert done.returncode == 3
    assert "no kubectl" in done.stdout


def test_a_context_must_be_named(tmp_path):
    done = applied(tmp_path, kubectl='echo "$@"')
    assert done.returncode == 2
    assert "--context" in done.stderr


def test_the_first_call_is_a_dry_run(tmp_path):
    dry = applied(tmp_path, "--context", "mine", kubectl='echo "$@"')
    assert "--context mine" in dry.stdout
    assert "--dry-run=server" in dry.stdout
    real = applied(tmp_path, "--context", "mine", "--really", kubectl='echo "$@"')
    assert "--dry-run" not in real.stdout
    failed = applied(tmp_path, "--context", "mine", kubectl="exit 1")
    assert failed.returncode == 1
