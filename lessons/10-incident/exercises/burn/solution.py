"""How fast is the error budget burning, and whom does it wake?"""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
RULES = [  # the answer, the long window, the short one, the burn rate that both must have
    ("page", HOUR, 5 * MINUTE, 14.4),
    ("page", 6 * HOUR, 30 * MINUTE, 6),
    ("ticket", 3 * DAY, 6 * HOUR, 1),
]


def burn_rate(requests, objective, now, seconds):
    """The share that failed in the window, in multiples of the share that may fail."""
    seen = [good for at, good in requests if now - seconds < at <= now]
    if not seen:
        return 0.0
    return seen.count(False) / len(seen) / (1 - objective)


def budget_left(requests, objective):
    """The share of the error budget that these requests have left."""
    if not requests:
        return 1.0
    failed = sum(not good for _, good in requests)
    return 1 - failed / (len(requests) * (1 - objective))


def alert(requests, objective, now):
    """`page`, `ticket` or nothing."""
    for answer, long, short, fastest in RULES:
        windows = (long, short)
        if all(burn_rate(requests, objective, now, one) >= fastest for one in windows):
            return answer
    return ""
