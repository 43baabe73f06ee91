"""A terminal that closes, keys pressed twice, a program stopped and killed: nothing stays."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[2]
LEFT_SECONDS = 6.0
ENDINGS = {
    "the terminal closes": [signal.SIGHUP],
    "Ctrl-C twice": [signal.SIGINT, signal.SIGINT],
    "told to end": [signal.SIGTERM],
    "stopped, then the terminal closes": [signal.SIGTSTP, signal.SIGHUP, signal.SIGCONT],
    "stopped, then killed": [signal.SIGSTOP, signal.SIGKILL],
    "killed": [signal.SIGKILL],
}


@pytest.fixture
def lab(tmp_path):
    """A lab that runs, in a scratch place of its own."""
    home, scratch = tmp_path / "home", Path(tempfile.mkdtemp(prefix="ends-"))  # short: sockets
    process = subprocess.Popen(
        [sys.executable, "-m", "course", "--course", str(FIXTURES), "--trust-course",
         "--sandbox", "embedded",
         "run", "01", "--json", "--stay", "60"],
        cwd=ROOT, env={**os.environ, "COURSE_HOME": str(home), "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if b'"state": "up"' in line:
            break
    yield process, scratch
    process.kill()
    process.stdout.close()
    process.wait()
    shutil.rmtree(scratch, ignore_errors=True)


@pytest.mark.parametrize("ending", ENDINGS)
def test_however_a_course_ends_nothing_of_it_stays(lab, ending):
    process, scratch = lab
    assert below(scratch)
    for number in ENDINGS[ending]:
        with suppress(ProcessLookupError):
            process.send_signal(number)
    process.wait(LEFT_SECONDS)
    until = time.monotonic() + LEFT_SECONDS
    while left := [*below(scratch), *map(str, scratch.iterdir())]:
        assert time.monotonic() < until, left
        time.sleep(0.05)


def below(scratch: Path) -> list[str]:
    """Processes that stand in this place."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str((process / "cwd").readlink()).startswith(str(scratch)):
                found.append(process.name)
    return found
