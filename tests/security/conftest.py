"""The corpus of attacks: what it runs against, and what it says at the end."""

from collections import Counter

import pytest

collect_ignore = [
    "attacks",
    "exercise",
    "exercise_with_redis",
]  # submissions and hidden tests, not tests of ours
_contained: Counter[str] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and "attack" in getattr(item, "fixturenames", ()):
        _contained["tried"] += not report.skipped
        _contained["contained"] += report.passed
    return report


def pytest_terminal_summary(terminalreporter):
    if _contained["tried"]:
        terminalreporter.line(f"contained {_contained['contained']} of {_contained['tried']}")
