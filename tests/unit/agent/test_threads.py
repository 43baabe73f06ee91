"""No thread of ours ends unseen: the agent ends and says which, or the lab says so."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runner.background import BROKEN, background, tell_of_threads
from tests.house.source import ROOT

SANDBOXES = ROOT / "sandboxes"
BREAKS = """
import sys
sys.path.insert(0, {sandboxes!r})
import {module}
def broken(*args, **kwargs):
    raise RuntimeError("broken on purpose")
{module}.{what} = broken
from agent.main import main
main()
"""
SUBMIT = (
    b'{"id": 1, "do": "submit", "files": [{"name": "a.py", "base64": ""}], "entry": "a.py",'
    b' "limit": 5, "memory_mb": 64}\n'
)
VITAL = {
    "hand": ("agent.commands", "Commands.run"),
    "awake": ("runner.clock", "AwakeClock._tick"),
    "fork-server": ("runner.client", "ForkServer._listen"),
    "learner-output": ("runner.client", "Output._pump"),
}


@pytest.mark.parametrize("name", VITAL)
def test_without_a_thread_that_others_wait_for_the_agent_ends_and_says_which(name, fault, tmp_path):
    module, what = VITAL[name]
    script = BREAKS.format(sandboxes=str(SANDBOXES), module=module, what=what)
    agent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "COURSE_WORK": str(tmp_path)},
    )  # fmt: skip
    assert agent.stdin is not None
    agent.stdin.write(SUBMIT)
    agent.stdin.flush()
    status = agent.wait(20)  # its stdin is open: nothing else makes it end
    agent.stdin.close()
    assert agent.stdout is not None
    assert agent.stderr is not None
    with agent.stdout, agent.stderr:
        told = agent.stderr.read().decode().splitlines()[-1]
    fault(
        f"the agent's thread '{name}' fails",
        lost=[] if status == BROKEN else [status], left=[], read=told,
    )  # fmt: skip
    assert told == f"{name} failed: RuntimeError: broken on purpose"


def test_a_thread_with_somebody_to_tell_leaves_the_process_alone():
    told: list[str] = []

    def breaks() -> None:
        raise SystemExit(3)

    background("work", breaks, told=told.append).join(5)
    assert told == ["work failed: SystemExit: 3"]


def test_threads_that_others_start_are_told_of_too(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    tell_of_threads(told.append)
    thread = threading.Thread(target=lambda: {}["x"], name="a lesson's own")
    thread.start()
    thread.join()
    assert told == ["a lesson's own failed in the background: KeyError: 'x'"]


def test_threads_of_the_sandbox_are_started_in_one_place():
    found = [
        path.relative_to(ROOT)
        for path in SANDBOXES.rglob("*.py")
        if "threading.Thread(" in path.read_text(encoding="utf-8")
    ]
    assert found == [Path("sandboxes/runner/background.py")]
