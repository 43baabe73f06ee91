"""A lab before, while and after it is open; what its processes report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import Lab
from lab.errors import LabError, NotInTime
from lab.spawn import SANDBOXES
from lab.wait import until

REPORT = """
from lab.report import report
report("node", node="w", role="worker", tier=2, state="up", pid=5)
report("traffic", source="m", target="w", requests=2, errors=1, ms=4.0)
report("request", outcome="MISS", hops=[{"node": "w", "ms": 1.5, "note": "x"}], why="because")
report("note", text="hello", tone="good")
report("note", wrong=1)
"""


def test_a_closed_lab_says_that_it_is_closed():
    with pytest.raises(LabError, match="not open"):
        Lab().note("x")


def test_what_a_process_reports_becomes_events(stage):
    stage.lab.process("reporter", [sys.executable, "-c", REPORT], role="worker", tier=1)
    until(lambda: stage.of("note", text="hello", tone="good"), 5, "the note")
    until(lambda: stage.of("traffic", source="m", target="w", requests=2, errors=1), 5, "traffic")
    assert stage.of("node", node="w", pid=5, state="up")
    assert stage.of("request", outcome="MISS", why="because")[0]["hops"][0]["node"] == "w"
    until(lambda: stage.of("note", tone="bad"), 5, "the complaint about the wrong note")


def test_reporting_alone_prints():
    done = subprocess.run(
        [sys.executable, "-c", REPORT],
        env={**os.environ, "PYTHONPATH": str(SANDBOXES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert '"kind": "node"' in done.stderr


def test_what_fails_in_the_background_is_told_once_and_goes_on(stage):
    calls = []

    def look():
        calls.append(1)
        raise ValueError("dry")

    stage.lab.every(0.001, look)
    until(lambda: len(calls) > 5, 5, "it is called again and again")
    told = stage.of("note", tone="bad")
    assert [note["text"] for note in told] == ["look failed in the background: ValueError: dry"]


def test_gauges_are_read_together_and_a_broken_one_reads_none(stage):
    @stage.lab.gauge
    def good():
        return 2.0

    @stage.lab.gauge
    def broken():
        raise ValueError("dry")

    stage.lab.tick()
    stage.lab.tick()
    assert stage.of("gauges")[-1]["values"] == {"good": 2.0, "broken": None}
    assert len([e for e in stage.of("note", tone="bad") if "dry" in e["text"]]) == 1


def test_a_reported_node_keeps_what_the_report_leaves_out(stage):
    stage.lab.node("w", "worker", 3, "Worker").up(pid=9)
    stage.lab.hear({"kind": "node", "node": "w", "state": "draining"})
    last = stage.of("node", node="w")[-1]
    assert (last["tier"], last["pid"], last["title"], last["state"]) == (3, 9, "Worker", "draining")


def test_waiting_has_a_bound_and_says_for_what(stage):
    with pytest.raises(NotInTime, match=r"rain did not happen within 0\.05 s"):
        stage.lab.until(lambda: False, 0.05, "rain")


def test_closing_erases_the_scratch_folder_and_tells(stage):
    work: Path = stage.lab.work
    (work / "x").write_text("x")
    stage.lab.close()
    assert not work.exists()
    assert stage.events[-1]["kind"] == "lab_stopped"
