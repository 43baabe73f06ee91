"""In exact arithmetic, with the pods sorted first."""

from collections import defaultdict
from fractions import Fraction
from math import ceil

NEAR = (Fraction(9, 10), Fraction(11, 10))


def desired_replicas(current, target, pods):
    sorted_pods = defaultdict(list)
    for pod in pods:
        if pod["request"] is None:
            return None
        sorted_pods[pod["state"]].append(pod)
    rows = [(pod["usage"], pod["request"]) for pod in sorted_pods["ready"]]
    if not rows:
        return None
    first = ratio(rows, target)
    unmeasured = [pod["request"] for pod in sorted_pods["unmeasured"]]
    unready = [pod["request"] for pod in sorted_pods["unready"]]
    if not unmeasured and not (unready and first > 1):
        return current if near(first) else ceil(first * len(rows))
    if first > 1:
        rows += [(0, request) for request in unmeasured + unready]
    if first < 1:
        rows += [(max(100, target) * request // 100, request) for request in unmeasured]
    again = ratio(rows, target)
    wanted = ceil(again * len(rows))
    if near(again) or (first - 1) * (again - 1) < 0 or (again - 1) * (wanted - current) < 0:
        return current
    return wanted


def ratio(rows, target):
    return Fraction(100 * sum(used for used, _ in rows) // sum(asked for _, asked in rows), target)


def near(number):
    return NEAR[0] <= number <= NEAR[1]
