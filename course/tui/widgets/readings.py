"""Numbers as a learner reads them: a value with its unit, whether it is good, its recent trend."""

import re
from collections.abc import Sequence

from course.model.lesson import Gauge

BARS = "▁▂▃▄▅▆▇█"
WHOLE_FROM = 100  # numbers this large are shown without decimals
_RULE = re.compile(r"\s*(>=|<=|>|<|==)\s*(-?\d+(?:\.\d+)?)\s*")


def value_text(value: float | None, unit: str) -> str:
    """A value with its unit; a dash where there is nothing to report."""
    if value is None:
        return "–"
    digits = 0 if value == round(value) or abs(value) >= WHOLE_FROM else 1
    space = "" if unit in {"", "%"} else " "
    return f"{value:,.{digits}f}{space}{unit}"


def is_good(value: float | None, rule: str) -> bool | None:
    """Whether a value is as its rule (`>= 80`) wants it; None without a value or a rule."""
    match = _RULE.fullmatch(rule)
    if value is None or match is None:
        return None
    limit = float(match[2])
    return {
        ">=": value >= limit,
        "<=": value <= limit,
        ">": value > limit,
        "<": value < limit,
        "==": value == limit,
    }[match[1]]


def trend(history: Sequence[float | None], gauge: Gauge, width: int) -> str:
    """The newest readings as bars, one a cell; a gap where there was nothing to report."""
    shown = list(history)[-width:] if width > 0 else []
    known = [value for value in shown if value is not None]
    if not known:
        return ""
    low = min(known) if gauge.low is None else gauge.low
    high = max(known) if gauge.high is None else gauge.high
    if gauge.low is None and low > 0:
        low = 0.0  # a trend that starts at its own minimum makes every change look like a cliff
    return "".join(_bar(value, low, high) for value in shown).rjust(width)


def _bar(value: float | None, low: float, high: float) -> str:
    if value is None:
        return " "
    share = (value - low) / (high - low) if high > low else 0.0
    return BARS[min(max(int(share * len(BARS)), 0), len(BARS) - 1)]
