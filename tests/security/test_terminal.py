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
            lost=[] if status in {128 + number for number in ENDINGS[ending]} else [status],
            left=terminal.left(),
            read=terminal.words(),
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
            read=terminal.words(),
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
            lost=[] if status == 0 else [status], left=terminal.left(), read=terminal.words(),
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
            read=terminal.words(),
        )  # fmt: skip


def test_a_screen_whose_terminal_is_gone_ends(tmp_path, fault):
    with on_a_terminal(tmp_path) as terminal:
        terminal.until(HOME)
        terminal.hang_up()
        status = terminal.process.wait(20)
        fault(
            "the terminal goes away, and no SIGHUP comes",
            lost=[] if status else [status], left=[], read=terminal.words(),
        )  # fmt: skip


def is_stopped(pid):
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[0] == "T"


ODD = {
    "LANG=C": {"LANG": "C"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX"},
    "PYTHONUTF8=0 and LANG=C": {"PYTHONUTF8": "0", "LANG": "C", "PYTHONCOERCECLOCALE": "0"},
    "PYTHONIOENCODING=ascii": {"PYTHONIOENCODING": "ascii"},
    "PYTHONIOENCODING=latin-1": {"PYTHONIOENCODING": "latin-1"},
    "TEXTUAL_DRIVER=builtins:int": {"TEXTUAL_DRIVER": "builtins:int"},
    "TEXTUAL_DRIVER=nonsense": {"TEXTUAL_DRIVER": "nonsense"},
    "TEXTUAL_COLOR_SYSTEM=nonsense": {"TEXTUAL_COLOR_SYSTEM": "nonsense"},
    "TEXTUAL_THEME=nonsense": {"TEXTUAL_THEME": "nonsense"},
    "TEXTUAL_ANIMATIONS=nonsense": {"TEXTUAL_ANIMATIONS": "nonsense"},
    "TEXTUAL_FPS=nonsense": {"TEXTUAL_FPS": "nonsense"},
    "TERM=nonsense": {"TERM": "nonsense"},
}


@pytest.mark.parametrize("what", ODD)
def test_the_screen_is_drawn_whatever_the_environment_says(tmp_path, fault, what):
    with on_a_terminal(tmp_path, env=ODD[what]) as terminal:
        terminal.until("Lessons")
        terminal.read(0.5)
        drawn = terminal.text
        terminal.press("q")
        status = terminal.end()
        fault(
            f"{what} and the screen",
            lost=[] if status == 0 and "\u256d" in drawn else [status, "the frames"],
            left=terminal.left(), read=drawn[:160] + terminal.words(),
        )  # fmt: skip


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (500, 200), (80, 24)])
def test_the_screen_lives_in_any_window(tmp_path, fault, size):
    with on_a_terminal(tmp_path, size=size) as terminal:
        terminal.until("\x1b[?1049h")
        terminal.until("m")
        terminal.read(1.0)
        terminal.press("q")
        status = terminal.end()
        fault(
            f"a window of {size[0]} by {size[1]}",
            lost=[] if status == 0 else [status], left=terminal.left(),
            read=terminal.words() or terminal.text[-80:],
        )  # fmt: skip
