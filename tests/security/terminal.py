"""The course on a terminal of its own: what it draws, and how it leaves the terminal."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 40.0
# What an app may switch on, and what has to be the last word about it.
SWITCHES = ("\x1b[?1049", "\x1b[?1000", "\x1b[?1003", "\x1b[?1006", "\x1b[?1004", "\x1b[?2004")
CURSOR = "\x1b[?25"


class Terminal:
    """A program on a pseudo-terminal, and everything it wrote there."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], size: tuple[int, int]) -> None:
        self._master, slave = pty.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._slave = slave
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=dict(env),
            start_new_session=True,
        )  # fmt: skip
        self.text = ""

    def read(self, seconds: float = 0.1) -> str:
        """What was written meanwhile."""
        fresh, bound = b"", time.monotonic() + seconds
        while select.select([self._master], [], [], max(bound - time.monotonic(), 0))[0]:
            try:
                data = os.read(self._master, 65_536)
            except OSError:
                break
            if not data:
                break
            fresh += data
        self.text += fresh.decode(errors="replace")
        return fresh.decode(errors="replace")

    def until(self, words: str, seconds: float = SECONDS) -> None:
        """Wait until it has written these."""
        bound = time.monotonic() + seconds
        at = len(self.text)
        while words not in self.text[at:]:
            assert time.monotonic() < bound, f"no {words!r} in {self.text[-2000:]!r}"
            assert self.process.poll() is None, self.text[-2000:]
            self.read()

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def end(self, seconds: float = SECONDS) -> int:
        """Its exit status; it has been told to end."""
        bound = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < bound, "it did not end"
            self.read()
        self.read()
        return self.process.returncode

    def words(self) -> str:
        """The last of what a person could read there."""
        plain = re.sub(r"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07]*\x07|.)", " ", self.text)
        return " ".join(plain.split())[-160:]

    def left(self) -> list[str]:
        """What the terminal is left with that it did not have before."""
        found = [f"{switch[2:]}h is on" for switch in SWITCHES if self._is_on(switch)]
        if self.text.rfind(f"{CURSOR}l") > self.text.rfind(f"{CURSOR}h"):
            found.append("the cursor is hidden")
        if termios.tcgetattr(self._slave) != self.before:
            found.append("its modes are changed")
        return found

    def _is_on(self, switch: str) -> bool:
        return self.text.rfind(f"{switch}h") > self.text.rfind(f"{switch}l")

    def hang_up(self) -> None:
        """Go away; the program is told nothing, for this is not its controlling terminal."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDONLY)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)


@contextlib.contextmanager
def on_a_terminal(
    home: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = (100, 30),
) -> Iterator[Terminal]:
    """`course` on a terminal, with a home of its own."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    terminal = Terminal(
        [sys.executable, "-m", "course", "--sandbox", "embedded", *arguments],
        {**plain, "TERM": "xterm-256color", "LANG": "C.UTF-8", "COURSE_HOME": str(home)}
        | dict(env or {}),
        size,
    )
    try:
        yield terminal
    finally:
        terminal.close()
