"""However the course is told to end, the terminal is left as it was found."""

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from textual.app import App

ENDS = (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)
PATIENCE_SECONDS = 4.0  # for labs to be closed; then the terminal is given back all the same
# What Textual's driver switches on, switched off: keyboard protocol, mouse, focus, paste, window
# size; then the other screen is left and the cursor shown.
RESTORED = (
    "\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l\x1b[?2004l"
    "\x1b[?2048l\x1b[?7h\x1b[?1049l\x1b[?25h"
)


class Endings:
    """Turns a signal into the app's own way out; a second one, or no answer, ends it at once.

    Args:
        app: That runs meanwhile.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._terminal = _Terminal()
        self._is_ending = False
        self._is_over = threading.Event()

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """While the app runs."""
        before = {number: signal.signal(number, self._told) for number in ENDS}
        try:
            yield
        finally:
            self._is_over.set()
            for number, handler in before.items():
                signal.signal(number, handler)
            self._terminal.restore_modes()

    def mind_continuing(self) -> None:
        """Begin the screen anew after SIGCONT only where SIGTSTP has put it aside.

        The driver does so after a plain SIGSTOP, too (a closed lid, a debugger): two threads would
        read the keys then.
        """
        driver = self._app._driver  # noqa: SLF001  Textual is pinned, and has no other way there
        resume = signal.getsignal(signal.SIGCONT)

        def go_on(number: int, frame: FrameType | None) -> None:
            if getattr(driver, "_must_signal_resume", True) and callable(resume):
                resume(number, frame)
            self._app.call_later(self._redraw)

        if callable(resume):
            signal.signal(signal.SIGCONT, go_on)

    def leave_what_is_gone(self) -> None:
        """End where the terminal has gone away and no SIGHUP has told us so.

        Textual would read its end again and again, and take a whole processor for that.
        """
        if self._terminal.is_gone():
            self._app.exit(return_code=128 + signal.SIGHUP)

    def _redraw(self) -> None:
        """All of it: the terminal may have forgotten what it showed."""
        self._app.screen.refresh(layout=True)
        for widget in self._app.screen.query("*"):
            widget.refresh()

    def _told(self, number: int, _frame: FrameType | None) -> None:
        if self._is_ending:
            self._end_now(number)
        self._is_ending = True
        threading.Thread(target=self._watch, args=(number,), name="ending", daemon=True).start()
        with contextlib.suppress(RuntimeError):  # there is no loop any more: it is ending anyway
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(self._app.exit, None, 128 + number)

    def _watch(self, number: int) -> None:
        if not self._is_over.wait(PATIENCE_SECONDS):
            self._end_now(number)

    def _end_now(self, number: int) -> None:
        self._terminal.restore()
        os._exit(128 + number)


class _Terminal:
    """How the terminal was when we came."""

    def __init__(self) -> None:
        self._attributes: list[Any] | None = None
        with contextlib.suppress(termios.error, OSError, ValueError, AttributeError):
            self._attributes = termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr]

    def is_gone(self) -> bool:
        """Whether nobody is at its other end any more."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            poll = select.poll()
            poll.register(sys.__stdin__.fileno(), select.POLLHUP)  # type: ignore[union-attr]
            return self._attributes is not None and bool(
                sum(event & select.POLLHUP for _, event in poll.poll(0))
            )
        return False

    def restore(self) -> None:
        """Give it back; what cannot be written to needs nothing."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream = sys.__stderr__.fileno()  # type: ignore[union-attr]  # where Textual draws
            os.set_blocking(stream, False)
            os.write(stream, RESTORED.encode())
        self.restore_modes()

    def restore_modes(self) -> None:
        """Echo and lines; Textual forgets them when it is stopped and goes on."""
        with contextlib.suppress(termios.error, OSError, ValueError, AttributeError):
            if self._attributes is not None:
                termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, self._attributes)  # type: ignore[union-attr]
