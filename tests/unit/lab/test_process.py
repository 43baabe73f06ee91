"""Programs as nodes: what their ends look like, and that nothing outlives the lab."""

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGTERM

import pytest

from lab import family
from lab.errors import LabError
from lab.family import is_stopped
from lab.wait import until

SLEEPER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)\n"
)


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def start(stage, argv, **options):
    return stage.lab.process("one", argv, role="worker", tier=1, **options)


def test_a_started_program_is_a_node_with_its_pid(stage):
    process = start(stage, SLEEPER)
    up = stage.of("node", node="one", state="up")
    assert [event["pid"] for event in up] == [process.pid]


def test_a_killed_program_is_down_and_says_by_what(stage):
    process = start(stage, SLEEPER)
    process.kill()
    assert stage.of("node", state="down")[-1]["detail"] == "SIGKILL"
    assert not process.is_running


def test_a_program_that_ends_by_itself_tells_its_status(stage):
    start(stage, [sys.executable, "-c", "raise SystemExit(3)"])
    until(lambda: stage.of("node", state="down", detail="exit 3"), 5, "its end")


def test_stopping_is_told_as_stopping_not_as_a_crash(stage):
    start(stage, SLEEPER).stop()
    assert stage.of("node", state="down")[-1]["detail"] == "stopped"


def test_a_restart_takes_a_new_pid_on_the_same_node(stage):
    process = start(stage, SLEEPER)
    before = process.pid
    process.restart()
    assert process.pid != before
    assert stage.of("node", node="one", state="up")[-1]["pid"] == process.pid


def test_a_paused_program_stands_still_and_goes_on(stage):
    process = start(stage, SLEEPER)
    process.pause()
    state = Path(f"/proc/{process.pid}/stat")
    until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", 2, "SIGSTOP")
    process.resume()
    until(lambda: state.read_text().rpartition(")")[2].split()[0] != "T", 2, "SIGCONT")
    assert stage.of("node", state="paused")
    assert stage.of("node", state="up")[-1]["pid"] == process.pid


def test_output_becomes_log_events(stage):
    start(stage, SLEEPER)
    until(lambda: stage.of("log", node="one", text="here"), 5, "the line")


def test_a_program_that_dies_instead_of_answering_is_an_error_with_its_words(stage):
    with pytest.raises(LabError, match="no such luck"):
        start(
            stage, [sys.executable, "-c", "raise SystemExit('no such luck')"], ready=lambda: False
        )


def test_closing_the_lab_ends_grandchildren_too(stage):
    process = start(stage, [sys.executable, "-c", PARENT])
    until(lambda: process.output, 5, "the grandchild's pid")
    grandchild = int(process.output)
    stage.lab.close()
    until(lambda: not is_alive(process.pid) and not is_alive(grandchild), 5, "their end")


def test_a_program_that_ignores_term_is_killed_when_stopped(stage):
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    deaf += "; time.sleep(60)"
    process = start(stage, [sys.executable, "-c", deaf])
    until(lambda: process.output, 5, "it to be deaf")
    process.stop(seconds=0.2)
    assert not process.is_running


def test_terminating_it_from_outside_is_seen(stage):
    process = start(stage, SLEEPER)
    until(lambda: process.output, 5, "its first line")
    os.kill(process.pid, SIGTERM)
    until(lambda: stage.of("node", state="down", detail="SIGTERM"), 5, "its end")


def test_a_paused_process_is_stopped_once_the_signal_has_reached_it(stage):
    one = start(stage, SLEEPER)
    assert not is_stopped(one.pid)
    one.pause()
    until(lambda: is_stopped(one.pid), 2, "its stop")
    one.resume()
    until(lambda: not is_stopped(one.pid), 2, "its going on")


@pytest.mark.skipif(not family.PROC.joinpath("self/stat").exists(), reason="there is no /proc")
def test_a_child_that_ended_while_we_looked_has_no_title(monkeypatch):
    monkeypatch.setenv("PATH", "")  # a sandbox may have no `ps`
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(10)
    assert family._title(gone.pid) == ""
