"""Plain loops, and a comparison without any division."""


def burn_rate(requests, objective, now, seconds):
    total = failed = 0
    for at, good in requests:
        if at <= now - seconds or at > now:
            continue
        total += 1
        if not good:
            failed += 1
    if total == 0:
        return 0
    return failed / (total * (1 - objective))


def budget_left(requests, objective):
    may_fail = len(requests) * (1 - objective)
    for _, good in requests:
        if not good:
            may_fail -= 1
    if not requests:
        return 1
    return may_fail / (len(requests) * (1 - objective))


def burns(requests, objective, now, window, rate):
    window = [bool(good) for at, good in requests if now - window < at <= now]
    return len(window) > 0 and window.count(False) >= rate * (1 - objective) * len(window) - 1e-9


def alert(requests, objective, now):
    result = ""
    if burns(requests, objective, now, 259_200, 1) and burns(requests, objective, now, 21_600, 1):
        result = "ticket"
    if burns(requests, objective, now, 21_600, 6) and burns(requests, objective, now, 1_800, 6):
        result = "page"
    if burns(requests, objective, now, 3_600, 14.4) and burns(requests, objective, now, 300, 14.4):
        result = "page"
    return result
