import math

import pytest

from course.judge.compare import same


def pod(state, usage, request):
    return {"state": state, "usage": usage, "request": request}


def alike(count, percent, request=200, state="ready"):
    usage = None if state == "unmeasured" else request * percent // 100
    return [pod(state, usage, request) for _ in range(count)]


def truth(current, target, pods, edge=0.1):
    """The rules of the task, one after the other."""
    if any(one["request"] is None for one in pods):
        return None
    by = {
        state: [one for one in pods if one["state"] == state]
        for state in ("ready", "unready", "unmeasured")
    }
    if not by["ready"]:
        return None
    counts = [(one["usage"], one["request"]) for one in by["ready"]]
    ratio = percent_of(counts) / target
    if not by["unmeasured"] and not (by["unready"] and ratio > 1):
        return current if abs(ratio - 1) <= edge else math.ceil(ratio * len(counts))
    if ratio < 1:
        full = max(100, target)
        counts += [(one["request"] * full // 100, one["request"]) for one in by["unmeasured"]]
    elif ratio > 1:
        counts += [(0, one["request"]) for one in by["unmeasured"] + by["unready"]]
    again = percent_of(counts) / target
    replicas = math.ceil(again * len(counts))
    if abs(again - 1) <= edge or (ratio - 1) * (again - 1) < 0:
        return current
    return current if (again - 1) * (replicas - current) < 0 else replicas


def percent_of(counts):
    return 100 * sum(usage for usage, _ in counts) // sum(request for _, request in counts)


def agrees(submission, current, target, pods, words):
    expected = truth(current, target, pods, 0.1 - 1e-6)
    if expected != truth(current, target, pods, 0.1 + 1e-6):
        return  # exactly on the edge, where it depends on how numbers are rounded
    got = submission.call("desired_replicas", current, target, pods)
    assert same(got, expected), (
        f"{words}: {current} replicas at a target of {target} % gave {got}, not {expected}"
    )


@pytest.mark.hint("Replicas times usage, divided by the target, rounded up.")
@pytest.mark.points(2)
def test_the_formula(submission, rng):
    """Pods that are all ready: ready pods x utilization / target, rounded up."""
    for count, percent, target in ((1, 305, 50), (4, 80, 50), (50, 90, 75)):
        agrees(submission, count, target, alike(count, percent), f"{count} pods at {percent} %")
    for _ in range(20):
        count, target = rng.randint(1, 30), rng.randrange(30, 90, 7)
        percent = rng.choice([rng.randint(5, target // 2), rng.randint(target * 2, 400)])
        agrees(submission, count, target, alike(count, percent), f"{count} pods at {percent} %")


@pytest.mark.hint("A ratio from 0.9 to 1.1 is close enough.")
def test_close_enough_is_left_alone(submission, rng):
    """Within 10 % of the target nothing changes; beyond it, it does."""
    for percent in (54, 46, 56, 44):
        agrees(submission, 4, 50, alike(4, percent), f"four pods at {percent} %")
    for _ in range(15):
        target = rng.randrange(40, 200, 20)
        percent = round(target * rng.choice([0.93, 0.97, 1.05, 1.08, 1.15, 0.8]))
        agrees(submission, 9, target, alike(9, percent), f"nine pods at {percent} %")


@pytest.mark.hint("Cut the utilization to a whole percent before you divide by the target.")
def test_utilization_is_a_whole_percentage(submission, rng):
    """20.9 % is 20 %, for every pod with a request of its own."""
    for _ in range(20):
        whole, count = rng.randint(2, 9), rng.randint(3, 9)
        requests = [rng.choice([500, 1000, 2000]) for _ in range(count)]
        pods = [pod("ready", request * (10 * whole + 9) // 1000, request) for request in requests]
        agrees(submission, count, 1 if whole < 4 else 10, pods, "pods a little under a percent")


@pytest.mark.hint("Multiply by the pods that were counted; `current` may be another number.")
def test_the_ready_pods_are_multiplied(submission, rng):
    """`current` differs from the pods that count while some start, leave, or wait."""
    for _ in range(20):
        ready, more = rng.randint(1, 8), rng.randint(1, 6)
        pods = alike(ready, rng.randint(5, 20)) + alike(more, 90, state="unready")
        agrees(submission, ready + more, 60, pods, f"{ready} ready and {more} unready pods")
        pods = alike(ready, 150) + alike(more, 90, state="leaving")
        agrees(submission, ready + more, 60, pods, f"{ready} ready pods and {more} leaving ones")


@pytest.mark.hint("On the way up, pods that are starting count, with a usage of 0.")
@pytest.mark.points(2)
def test_pods_that_start_make_a_step_up_smaller(submission, rng):
    """Above the target, unready pods use nothing, so that those on the way are not asked twice."""
    for _ in range(20):
        ready, more = rng.randint(1, 6), rng.randint(1, 6)
        pods = alike(ready, rng.randint(80, 400)) + alike(more, 300, state="unready")
        agrees(submission, ready + more, 50, pods, f"{ready} busy pods and {more} that start")


@pytest.mark.hint("Be careful in both directions: nothing on the way up, a lot on the way down.")
@pytest.mark.points(2)
def test_unmeasured_pods_are_guessed_with_care(submission, rng):
    """Unmeasured: 0 above the target, max(100, target) % of the request below it."""
    for _ in range(30):
        ready, more = rng.randint(1, 9), rng.randint(1, 3)
        target = rng.choice([50, 80, 150, 300])
        percent = rng.choice([target // 6, target // 4, target * 2, target * 4])
        pods = alike(ready, percent) + alike(more, 0, rng.choice([100, 400]), state="unmeasured")
        agrees(submission, ready + more, target, pods, f"{ready} measured pods, {more} not")


@pytest.mark.hint("Compare the new ratio with the old one before you believe it.")
def test_a_guess_never_turns_a_step_round(submission, rng):
    """When a guess leads to the other side of the target, or away from it, nothing is done."""
    for _ in range(20):
        request = rng.choice([100, 200])
        down = alike(1, 40, request) + alike(rng.randint(2, 5), 0, 4 * request, "unmeasured")
        agrees(submission, len(down), 50, down, "one idle pod and large ones unmeasured")
        up = alike(1, rng.randint(70, 90), request) + alike(3, 0, 4 * request, "unready")
        agrees(submission, len(up), 50, up, "one busy pod and large ones starting")
        few = alike(4, 20, request) + alike(1, 0, request, "unmeasured")
        agrees(submission, 1, 50, few, "five pods where one is wanted")


@pytest.mark.hint("Return None before you compute anything.")
def test_without_numbers_there_is_no_answer(submission, rng):
    """No request in one pod, or no ready pod, is None: not 0, and no guess."""
    pods = alike(rng.randint(2, 5), 200)
    rng.choice(pods)["request"] = None
    agrees(submission, 3, 50, pods, "one pod without a request")
    waiting = alike(2, 200, state="unready") + alike(1, 0, state="unmeasured")
    agrees(submission, 3, 50, waiting, "no pod that is ready")
    agrees(submission, 0, 50, [], "no pods")


@pytest.mark.hint("Take the failing case through the five rules by hand, in their order.")
@pytest.mark.points(2)
def test_all_of_it_together(submission, rng):
    """Any mixture of pods, requests and targets follows the rules."""
    for _ in range(120):
        states = rng.choices(["ready", "unready", "unmeasured", "leaving"], [6, 2, 2, 1], k=9)
        level = rng.choice([20, 60, 100, 200])
        pods = []
        for state in states[: rng.randint(1, 9)]:
            request = rng.choice([100, 250, 500])
            usage = rng.randint(request * level // 150, request * level // 75)
            pods.append(pod(state, None if state == "unmeasured" else usage, request))
        target = rng.choice([30, 55, 80, 150])
        agrees(submission, rng.randint(1, 10), target, pods, f"pods {[p['state'] for p in pods]}")
