"""However the screen is told to end, stopped or started: the terminal is left as it was found."""

import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from tests.security.terminal import on_a_terminal

HOME = "Lessons"
ENDINGS = {
    "SIGTERM": [signal.SIGTERM],
    "SIGQUIT": [signal.SIGQUIT],
    "SIGHUP": [signal.SIGHUP],
    "SIGTERM twice": [signal.SIGTERM, signal.SIGTERM],
    "SIGTERM while it is stopped": [signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT],
    "SIGHUP and SIGTERM": [signal.SIGHUP, signal.SIGTERM],
}
STOPPED_SECONDS = 2.0


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_terminal_is_given_back(tmp_path, fault, ending):
    with on_a_terminal(tmp_path) as terminal:
        terminal.until(HOME)
        for number in ENDINGS[ending]:
            os.kill(terminal.process.pid, number)
        status = terminal.end()
        fault(
            f"{ending} to the screen",
            lost=[] if status == 128 + ENDINGS[ending][-1 if ending == "SIGTERM twice" else 0]
            or status > 128 else [status],
            left=terminal.left(),
            read=f"the shell's prompt, and exit status {status}",
        )  # fmt: skip


def test_a_signal_beside_a_lab_ends_the_lab_too(tmp_path, fault):
    scratch = Path(tempfile.mkdtemp(prefix="ends-"))  # short: sockets
    with on_a_terminal(tmp_path / "home", env={"TMPDIR": str(scratch)}) as terminal:
        terminal.until("Sandbox:")
        terminal.press("c")
        bound = time.monotonic() + 30
        while not any(scratch.iterdir()):
            assert time.monotonic() < bound
            terminal.read()
        os.kill(terminal.process.pid, signal.SIGTERM)
        status = terminal.end()
        fault(
            "SIGTERM to the screen while a lab opens beside it",
            lost=[] if status == 128 + signal.SIGTERM else [status],
            left=[*terminal.left(), *scratch.iterdir()],
            read=f"the shell's prompt, and exit status {status}",
        )
    scratch.rmdir()


def test_everything_stands_still_for_a_while_and_goes_on(tmp_path, fault):
    with on_a_terminal(tmp_path) as terminal:
        terminal.until(HOME)
        os.kill(terminal.process.pid, signal.SIGSTOP)
        until = time.monotonic() + STOPPED_SECONDS
        while time.monotonic() < until:
            terminal.read()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.read(0.5)
        terminal.press("?")
        terminal.until("highlighted")
        terminal.press("q")
        status = terminal.end()
        fault(
            "the screen stands still for a while (a closed lid)",
            lost=[] if status == 0 else [status], left=terminal.left(), read="help, at the next ?",
        )  # fmt: skip


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back(tmp_path, fault):
    with on_a_terminal(tmp_path) as terminal:
        terminal.until(HOME)
        terminal.press("\x1a")
        bound = time.monotonic() + 10
        while not is_stopped(terminal.process.pid):
            assert time.monotonic() < bound, "ctrl+z does not suspend"
            terminal.read()
        left = terminal.left()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.until("exercises")
        terminal.press("q")
        status = terminal.end()
        fault(
            "ctrl+z, and fg after it",
            lost=[] if status == 0 else [status], left=[*left, *terminal.left()],
            read="the shell's prompt, then the screen again",
        )  # fmt: skip


def test_a_screen_whose_terminal_is_gone_ends(tmp_path, fault):
    with on_a_terminal(tmp_path) as terminal:
        terminal.until(HOME)
        terminal.hang_up()
        status = terminal.process.wait(20)
        fault(
            "the terminal goes away, and no SIGHUP comes",
            lost=[] if status else [status], left=[], read=f"exit status {status}",
        )  # fmt: skip


def is_stopped(pid):
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[0] == "T"
