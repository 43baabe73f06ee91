"""The `course` program as a shell sees it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-c", "from course.cli.main import entry; entry()"]
LIST = ["--course", str(FIXTURES), "--trust-course", "list", "--json"]
RUN = ["--course", str(FIXTURES), "--trust-course", "--sandbox", "embedded", "run", "01", "--json"]


def _start(*arguments: str, **how) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        **how,
    )


def test_a_reader_that_leaves_early_is_met_with_silence(home):
    read, write = os.pipe()
    os.close(read)
    with _start(*LIST, stdout=write) as program:
        os.close(write)
        assert program.stderr is not None
        assert program.stderr.read() == b""
        assert program.wait(20) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_the_output_is_a_sentence(home):
    with Path("/dev/full").open("wb") as full, _start(*LIST, stdout=full) as program:
        assert program.stderr is not None
        assert b"output cannot be written" in program.stderr.read()
        assert program.wait(20) == 2


def test_a_terminal_without_utf8_is_no_reason_to_stop(home, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with _start(*LIST[:-1], stdout=subprocess.PIPE) as program:
        out, _err = program.communicate(timeout=20)
        assert program.returncode == 0
        assert out.isascii()


def test_an_interrupted_run_closes_its_lab_and_ends_with_130(home):
    with _start(*RUN, "--stay", "60", stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        for line in program.stdout:
            if b'"state": "up"' in line:
                break
        program.send_signal(signal.SIGINT)
        _out, err = program.communicate(timeout=20)
        assert program.returncode == 130
        assert b"interrupted" in err
        assert b"Traceback" not in err
