import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import SandboxLost
from course.model.event import (
    Component,
    GaugesRead,
    Hop,
    LabStarted,
    Log,
    NodeChanged,
    Note,
    Request,
    Traffic,
    TriggerDone,
)
from course.model.health import Finding
from course.model.state import fold
from course.model.verdict import TestResult, Verdict
from course.report.events import event_line, gauges_line
from course.report.failures import failure_lines
from course.report.health import health_json, health_lines
from course.report.lines import cut, wrapped
from course.report.verdicts import verdict_json, verdict_lines
from tests.generated_events import events

MONGOD = Component("mongod", "8", stand_in=True)
HOPS = (Hop("app"), Hop("redis", 1, "GET"))
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e[red]bold[/] \x00"


def is_harmless(line: str) -> bool:
    """Whether nothing in it steers a terminal: no controls, no hidden or turning characters."""
    return not {unicodedata.category(one) for one in line} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(text=st.text(max_size=300), width=st.integers(20, 100))
def test_wrapped_text_has_no_control_characters(text, width):
    for line in wrapped(text, width):
        assert is_harmless(line)


def test_wrapped_text_fits_where_words_do():
    assert list(wrapped("one two three four", 9, "  ")) == ["  one two", "  three", "  four"]


@pytest.mark.parametrize(("text", "width", "expected"), [("abc", 3, "abc"), ("abcd", 3, "ab…")])
def test_a_line_is_cut_with_a_mark(text, width, expected):
    assert cut(text, width) == expected


# -- events


@given(event=events())
def test_every_event_is_one_printable_line_or_none(event):
    line = event_line(event)
    assert line is None or is_harmless(line)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            LabStarted(lesson="a", seed=7, sandbox="docker", components=(MONGOD,)),
            "lab a is open: docker, seed 7, mongod 8 (stand-in)",
        ),
        (
            NodeChanged(node="w-1", role="worker", tier=1, state="down", pid=7, detail="SIGKILL"),
            "w-1 is down, pid 7: SIGKILL",
        ),
        (
            TriggerDone(trigger="crash", call=1, seconds=0.5, value={"slot": 1}),
            'crash done in 0.50 s: {"slot": 1}',
        ),
        (
            TriggerDone(trigger="crash", call=1, seconds=0.5, error="no worker"),
            "crash failed after 0.50 s: no worker",
        ),
        (
            Request(request="r1", outcome="HIT", ms=1.25, hops=HOPS, why="it was there"),
            "request r1: HIT in 1.2 ms; app > redis (GET); it was there",
        ),
        (Note(text="it broke", tone="bad", node="w-1"), "bad: w-1: it broke"),
    ],
)  # fmt: skip
def test_an_event_reads_as_a_sentence(event, line):
    told = event_line(event)
    assert told is not None
    assert told.strip().split(maxsplit=1)[1] == line


def test_what_servers_and_learners_print_cannot_steer_the_terminal():
    told = event_line(Log(node="w", text=HOSTILE))
    assert told is not None
    assert is_harmless(told)
    assert "\x1b" not in "".join(failure_lines(SandboxLost("It ended.", "", HOSTILE), 80))


def test_numbers_that_come_many_a_second_are_summed_up_at_the_end():
    read = GaugesRead(values={"lost": 2.0, "p99": None})
    assert event_line(read) is None
    assert event_line(Traffic(source="a", target="b", requests=1, errors=0, seconds=1)) is None
    assert gauges_line(fold([read])) == "gauges: lost 2"
    assert gauges_line(fold([])) is None


# -- verdicts

VERDICT = Verdict(
    "counting/add",
    "failed",
    "1 of 2 tests failed.",
    (
        TestResult("test_a", "It adds.", "passed"),
        TestResult("test_b", "It adds nothing.", "failed", f"got {HOSTILE}", "Start from zero."),
    ),
    output="x\n" * 50 + HOSTILE,
    sandbox="docker",
    seed=5,
    seconds=0.12345,
)


def test_a_failing_test_shows_its_title_its_message_and_its_hint():
    lines = list(verdict_lines(VERDICT, 80))
    assert lines[0] == "✓ passed: It adds."
    assert lines[1] == "✗ failed: It adds nothing."
    assert lines[2].startswith("    got ")
    assert "    Hint: Start from zero." in lines
    assert "counting/add: failed. 1 of 2 tests failed." in lines
    assert any("lines more" in line for line in lines)
    assert all(is_harmless(line) for line in lines)


def test_a_verdict_is_one_object_of_json():
    fields = json.loads(json.dumps(verdict_json(VERDICT), allow_nan=False))
    assert (fields["outcome"], fields["seconds"]) == ("failed", 0.123)
    assert fields["tests"][1]["hint"] == "Start from zero."
    assert "\x1b" not in json.dumps(fields, ensure_ascii=False)


# -- doctor


def test_a_finding_has_its_fix_below_it():
    findings = [
        Finding("redis", "problem", "not there", "Install Redis."),
        Finding("disk", "ok", "9 MB"),
    ]
    assert list(health_lines(findings, 80)) == [
        "✗ redis: not there",
        "    Install Redis.",
        "✓ disk: 9 MB",
    ]
    assert health_json(findings)["checks"] == [
        {"name": "redis", "outcome": "problem", "detail": "not there", "fix": "Install Redis."},
        {"name": "disk", "outcome": "ok", "detail": "9 MB", "fix": ""},
    ]
