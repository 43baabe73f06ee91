"""`course run` on a lab that dies or is frozen: it says so, and does not wait for ever."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.living import lives, living_below

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
CHECKOUT = Path(__file__).parents[3]
EXIT = 3
SECONDS = 20.0


@pytest.fixture
def scratch():
    """Where its temporary folders lie; the name must be short, for sockets."""
    with tempfile.TemporaryDirectory(prefix="l", dir="/tmp") as folder:
        yield Path(folder)


def started(home, scratch, *words):
    """A lab without a screen, in which something has been done."""
    command = [sys.executable, "-m", "course", "--sandbox", "embedded", "run", "02"]
    command += ["--do", "crash:worker=2", *words]
    environment = {"HOME": str(home), "XDG_DATA_HOME": str(home), "TMPDIR": str(scratch)}
    running = subprocess.Popen(
        command, cwd=CHECKOUT, env={**os.environ, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert next(line for line in running.stdout if "crash" in line)
    return running


def agent_of(running):
    """The agent that it has started."""
    return next(
        pid for pid in living_below(running.pid)
        if b"sandboxes/__main__.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
        and f"\nPPid:\t{running.pid}\n" in Path(f"/proc/{pid}/status").read_text()
    )  # fmt: skip


def left(scratch, below):
    """Folders and processes a moment after the end; the bound is the claim."""
    until = time.monotonic() + 5
    while True:
        alive = [f"pid {pid}" for pid in below if lives(pid)]
        found = [*alive, *(path.name for path in scratch.iterdir())]
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.05)


@pytest.mark.parametrize("words", [("--stay", "120"), ("--observe", "kill_one", "--stay", "120")])
def test_it_ends_with_its_sandbox_and_says_why(tmp_path, scratch, fault, words):
    running = started(tmp_path, scratch, *words)
    below = living_below(running.pid)
    os.kill(agent_of(running), signal.SIGKILL)
    _, told = running.communicate(timeout=SECONDS)
    assert running.returncode == EXIT
    assert "killed from outside (SIGKILL)" in told
    what = f"course run {' '.join(words)}: agent killed"
    fault(what, lost=[], left=left(scratch, below), read=told)


@pytest.mark.parametrize("end", [signal.SIGINT])
def test_silence_is_told_and_it_can_be_ended_all_the_same(tmp_path, scratch, fault, end):
    running = started(tmp_path, scratch, "--stay", "120")
    below = living_below(running.pid)
    os.kill(agent_of(running), signal.SIGSTOP)
    told = running.stderr.readline()
    assert "No news from the lab for" in told
    running.send_signal(end)
    running.communicate(timeout=SECONDS)
    what = f"course run: agent frozen, then {end.name}"
    fault(what, lost=[], left=left(scratch, below), read=told)
