"""As one writes it down with floats, in one pass and one function."""

import math

TOLERANCE = 0.1


def desired_replicas(current, target, pods):  # noqa: C901, PLR0911
    used = asked = ready = 0
    late, silent = [], []
    for pod in pods:
        if pod["state"] == "leaving":
            continue
        if pod["request"] is None:
            return None
        if pod["state"] == "ready":
            used, asked, ready = used + pod["usage"], asked + pod["request"], ready + 1
        else:
            (late if pod["state"] == "unready" else silent).append(pod["request"])
    if ready == 0:
        return None
    ratio = int(used / asked * 100) / target
    if not silent and (not late or ratio <= 1.0):
        return current if abs(ratio - 1.0) <= TOLERANCE else math.ceil(ratio * ready)
    count = ready
    if ratio > 1.0:
        asked += sum(silent) + sum(late)
        count += len(silent) + len(late)
    elif ratio < 1.0:
        used += sum(int(request * (max(100, target) / 100)) for request in silent)
        asked += sum(silent)
        count += len(silent)
    new_ratio = int(used / asked * 100) / target
    if abs(new_ratio - 1.0) <= TOLERANCE:
        return current
    if (ratio > 1.0) != (new_ratio > 1.0):
        return current
    result = math.ceil(new_ratio * count)
    if new_ratio > 1.0:
        return max(result, current)
    return min(result, current)
