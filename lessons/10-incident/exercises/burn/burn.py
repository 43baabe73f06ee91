"""How fast is the error budget burning, and whom does it wake?"""


def burn_rate(requests, objective, now, seconds):
    """The share that failed in the window, in multiples of the share that may fail."""
    return 0.0


def budget_left(requests, objective):
    """The share of the error budget that these requests have left."""
    return 1.0


def alert(requests, objective, now):
    """`page`, `ticket` or nothing."""
    failed = [good for _, good in requests if not good]
    return "page" if failed else ""
