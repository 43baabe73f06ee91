"""Gauges: values, what is good, and trends."""

import pytest

from course.model.lesson import Gauge
from course.tui.widgets.readings import is_good, trend, value_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "ms", "–"),
        (0.0, "", "0"),
        (3.0, "", "3"),
        (25.25, "ms", "25.2 ms"),
        (85.4, "%", "85.4%"),
        (12345.6, "/s", "12,346 /s"),
    ],
)
def test_values_are_short_and_have_their_unit(value, unit, text):
    assert value_text(value, unit) == text


@pytest.mark.parametrize(
    ("value", "rule", "good"),
    [
        (80, ">= 80", True),
        (79.9, ">= 80", False),
        (0, "<= 0", True),
        (1, "<= 0", False),
        (5, "< 5", False),
        (None, "<= 0", None),
        (3, "", None),
        (3, "about 4", None),
    ],
)
def test_good_is_what_the_lesson_says(value, rule, good):
    assert is_good(value, rule) is good


def test_a_trend_keeps_its_range_and_shows_gaps():
    gauge = Gauge("hits", "Hits", "%", 0, 100)
    assert trend((0, 50, 100, None, 100), gauge, 5) == "▁▅█ █"


def test_a_trend_without_a_range_starts_at_zero():
    assert trend((90, 100), Gauge("x", "X"), 2) == "██"
    assert trend((10, 100), Gauge("x", "X"), 2) == "▁█"


def test_the_newest_reading_is_on_the_right():
    gauge = Gauge("hits", "Hits", "%", 0, 100)
    assert trend((0,) * 50 + (100,), gauge, 4) == "▁▁▁█"
    assert trend((100,), gauge, 4) == "   █"


def test_nothing_to_report_is_an_empty_trend():
    assert trend((None, None), Gauge("x", "X"), 4) == ""
    assert trend((1.0,), Gauge("x", "X"), 0) == ""
