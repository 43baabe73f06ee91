"""Asks for many alerts at once."""

from submission import alert


def alerts(cases):
    """For each of these requests, objectives and nows."""
    return [alert(*case) for case in cases]
