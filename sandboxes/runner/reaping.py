"""Whoever ends below the fork server: taken in, counted, and at last proved to be all there were.

The fork server adopts what the learner's processes leave behind. So everything of the learner is
below it, and whoever ends is waited for by it. The kernel hands over a process only when its last
thread is gone, and says that there is no child (ECHILD) only when all have been handed over: that,
and no look at a list, is what tells that nobody is left.
"""

import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress

FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.02  # seconds between two blows
ALL_KINDS = 0x4000_0000 if sys.platform == "linux" else 0  # __WALL: those of `clone` too

OnEnd = Callable[[int, int], None]


class Reaper:
    """Waits for every child and adopted orphan of this process.

    Args:
        on_end: Told the pid of each, and its status as `waitstatus_to_exitcode` has it.
        woken: A descriptor that becomes readable when a child ends.
    """

    def __init__(self, on_end: OnEnd, woken: int) -> None:
        self._on_end = on_end
        self._woken = woken

    def reap(self) -> bool:
        """Take in all that have ended; whether there is no child left."""
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | ALL_KINDS)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            self._on_end(pid, os.waitstatus_to_exitcode(status))

    def drain(self, kill: Callable[[], None], seconds: float) -> bool:
        """Kill until there is no child left; False when that takes longer than `seconds`."""
        until = time.monotonic() + seconds
        pause = FIRST_PAUSE
        while not self.reap():
            if time.monotonic() > until:
                return False
            kill()
            select.select([self._woken], [], [], pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return True
