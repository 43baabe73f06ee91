"""Lesson 07 by itself: the facts about the autoscaler, in cases of our own, and its parts."""

import pytest

from tests.lessons.running_autoscaler import (
    Behavior,
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
    by_share,
    by_utilization,
    by_value,
    pace,
)

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


def test_what_cannot_be_written_stays_and_is_told():
    decision = Controller(Spec(2, 9, CPU)).reconcile(seen(4, 90, writable=False))
    assert decision.replicas == 4
    assert decision.conditions["AbleToScale"] == (False, "FailedUpdateScale")
