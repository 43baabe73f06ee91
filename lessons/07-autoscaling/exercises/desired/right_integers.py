"""With whole numbers alone: nothing is divided before the end."""


def desired_replicas(current, target, pods):
    if [1 for pod in pods if pod["request"] is None]:
        return None
    ready = of(pods, "ready")
    if not ready:
        return None
    percent = utilization(ready)
    extra = []
    must_guess = of(pods, "unmeasured")
    if percent > target:
        extra = [{**pod, "usage": 0} for pod in of(pods, "unmeasured") + of(pods, "unready")]
        must_guess = extra
    elif percent < target:
        share = target if target > 100 else 100
        extra = [{**pod, "usage": pod["request"] * share // 100} for pod in must_guess]
    if not must_guess:
        return current if close(percent, target) else up(percent * len(ready), target)
    counted = [*ready, *extra]
    again = utilization(counted)
    if close(again, target) or (percent < target) != (again < target):
        return current
    wanted = up(again * len(counted), target)
    is_step = wanted >= current if again > target else wanted <= current
    return wanted if is_step else current


def of(pods, state):
    return [pod for pod in pods if pod["state"] == state]


def utilization(pods):
    return 100 * sum(pod["usage"] for pod in pods) // sum(pod["request"] for pod in pods)


def close(percent, target):
    return 9 * target <= 10 * percent <= 11 * target


def up(number, by):
    return -(-number // by)
