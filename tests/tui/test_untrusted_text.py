"""What comes from outside is seen, and nothing more: no escape, no markup, no link in it acts."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from pathlib import Path

import pytest

from course.model.progress import Place
from tests.tui.driving import course, text_of, until
from tests.tui.hostile import hostile_study

ROOT = Path(__file__).parents[2]
OSC_52 = b"\x1b]52;c;ZXZp"
CSI_8_BIT = "\x9b31m".encode()
RIGHT_TO_LEFT = "\u202e".encode()


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workspace").mkdir()
    return hostile_study(Path("workspace"))


def dangers(pilot) -> set[str]:
    """Actions that a click on the screen would run by markup, and characters that steer."""
    segments = [s for strip in pilot.app.screen._compositor.render_strips() for s in strip]
    styles = [segment.style for segment in segments if segment.style]
    links = {str(style.meta["@click"]) for style in styles if "@click" in style.meta}
    text = "".join(segment.text for segment in segments)
    return links | {c for c in text if unicodedata.category(c) in {"Cc", "Cf"}}


async def test_home_shows_it_as_text(hostile):
    async with course(hostile) as pilot:
        await until(pilot, lambda: "embedded" in text_of(pilot, "#sandbox"))
        assert r"\x1b]52" in text_of(pilot, "#lessons")
        assert "[@click=app.quit]QUIT[/]" in text_of(pilot, "#sandbox")
        assert not dangers(pilot)


async def test_a_lesson_and_its_lab_show_it_as_text(hostile):
    async with course(hostile, Place("clustering", 1), (200, 60)) as pilot:
        await until(pilot, lambda: pilot.app.screen.state.seq > 0)
        await pilot.press("c")
        await until(pilot, lambda: "✕ crash" in text_of(pilot, "TriggerCard .outcome"))
        await pilot.press("2", "enter")
        await until(pilot, lambda: "It was" in text_of(pilot, "ExperimentCard .truth"))
        topology = pilot.app.screen.query_one("#topology")
        for node in list(topology.state.nodes):
            topology.selected = node
            await pilot.pause()
            assert not dangers(pilot)
        assert "QUIT" in text_of(pilot, "#events")


async def test_forms_and_sources_show_it_as_text(hostile):
    async with course(hostile, Place("clustering", 1), (200, 60)) as pilot:
        await until(pilot, lambda: pilot.app.screen.state.seq > 0)
        for key in ("C", "s", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
            assert not dangers(pilot)
            await pilot.press("escape" if key != "question_mark" else key)


async def test_an_exercise_shows_it_as_text(hostile):
    hostile.passed = {"clustering/supervise"}
    async with course(hostile, Place("clustering", 2, "supervise"), (180, 50)) as pilot:
        (Path("workspace") / "supervise.py").write_text("\x1b]52;c;ZXZpbA==\x07 [/x]\n")
        await until(pilot, lambda: "QUIT" in text_of(pilot, "#checks"))
        await until(pilot, lambda: r"\x1b]52" in text_of(pilot, "#file"))
        await pilot.press("h")
        await until(pilot, lambda: "Hint: " in text_of(pilot, "#checks"))
        await pilot.press("v")
        await until(pilot, lambda: r"# \x1b]52" in text_of(pilot, ".-reference"))
        assert not dangers(pilot)


class Terminal:
    """The app in a terminal of its own; every byte it writes is kept."""

    def __init__(self, *command: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=slave, stdout=slave, stderr=slave,
            cwd=ROOT, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.written = b""

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until(self, text: str, seconds: float = 30.0) -> None:
        """Read until a text has been written since the last wait."""
        start, deadline = len(self.written), time.monotonic() + seconds
        while text.encode() not in self.written[start:]:
            assert time.monotonic() < deadline, f"{text!r} was never written"
            self._read(0.2)

    def rest(self, seconds: float = 0.5) -> None:
        """Read until nothing more is written for a moment."""
        while self._read(seconds):
            pass

    def end(self, seconds: float = 30.0) -> int:
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "it did not end"
            self._read(0.1)
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        try:
            new = os.read(self._master, 65536) if ready else b""
        except OSError:  # Linux says so when the other end is closed
            new = b""
        self.written += new
        return bool(new)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


def test_nothing_of_it_reaches_the_terminal(tmp_path):
    terminal = Terminal("-m", "tests.tui.hostile", str(tmp_path))
    try:
        terminal.until("Sandbox:")
        terminal.press("c")
        terminal.until("nodes up")
        terminal.press("n")
        terminal.until("Break")
        terminal.press("c")
        terminal.until("crash")
        terminal.press("2")
        terminal.rest()
        terminal.press("\r")
        terminal.until("It was")
        terminal.press("s")
        terminal.until("victim")
        terminal.press("\x1b")
        terminal.rest()  # together with the next key it would be alt and that key
        terminal.press("e")
        terminal.until("supervise.py")
        terminal.press("c")
        terminal.until("Not yet")
        terminal.press("h")
        terminal.until("Hint: ")
        terminal.press("q")
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert rb"\x1b]52;c;ZXZpbA==\x07" in terminal.written
    for sequence in (OSC_52, CSI_8_BIT, RIGHT_TO_LEFT):
        assert sequence not in terminal.written
