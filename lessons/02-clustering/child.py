"""What the master knows about its children and about the slots they work in."""

import math
import os
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field

from scoreboard import BOOTING, DRAINING, UP, Row
from settings import Settings
from worker import CANNOT_START

from lab.report import report

QUIET_SECONDS = 0.25  # a slot in a storm of crashes tells each state no more often than this


@dataclass(eq=False, slots=True)
class Child:
    """A worker, seen from its master."""

    slot: int
    pid: int
    channel: socket.socket
    row: Row
    takes_handouts: bool
    replaces: "Child | None" = None
    started: float = field(default_factory=time.monotonic)
    leave_by: float = math.inf
    end_reason: str = ""

    @property
    def serves(self) -> bool:
        """Whether it answers, or soon will."""
        return self.row["state"] in (BOOTING, UP)

    def give(self, connection: socket.socket) -> bool:
        """Hand it a connection; False when it has died, or its channel is full."""
        self.row["taken"] += 1  # before it is sent, so that a kill finds it counted
        try:
            socket.send_fds(self.channel, [b"C"], [connection.fileno()])
        except OSError:
            self.row["taken"] -= 1
            return False
        return True

    def hear(self) -> bytes:
        """What it said since the last time."""
        with suppress(OSError):
            return self.channel.recv(16)
        return b""

    def hang_up(self, patience: float) -> None:
        """Tell it to finish what it has and go."""
        self.row["state"] = DRAINING
        self.leave_by = time.monotonic() + patience
        with suppress(OSError):
            self.channel.shutdown(socket.SHUT_WR)

    def overstepped(self, settings: Settings) -> str:
        """Which rule it broke; empty when it behaves."""
        now = time.monotonic()
        silent = now - self.row["beat_ms"] / 1000
        if now > self.leave_by:
            return "did not leave in time"
        if self.row["state"] == UP and 0 < settings.heartbeat_seconds < silent:
            return f"silent for {silent:.1f} s"
        if self.row["memory_kb"] > settings.memory_mb * 1024:
            return f"grew to {self.row['memory_kb'] // 1024} MB"
        return ""

    def kill(self, why: str) -> None:
        """SIGKILL works on everybody, the stopped included."""
        if not self.end_reason:
            self.end_reason = why
            os.kill(self.pid, signal.SIGKILL)

    def obituary(self, status: int) -> str:
        """How it ended, for people."""
        how = signal.Signals(-status).name if status < 0 else f"exit {status}"
        what = "died" if status else "ended"
        reason = self.end_reason or ("it could not start" if status == CANNOT_START else "")
        because = f": {reason}" if reason else ""
        held = f" while serving {self.row.serving}" if self.row.serving else ""
        return f"{what} ({how}{because}){held}"


@dataclass(slots=True)
class Slot:
    """A place for one worker, and what happened to those who had it."""

    number: int
    crashes: int = 0  # in a row
    start_at: float = 0.0  # not before
    is_storming: bool = False  # it crashes in a row and is never made to wait
    _told: dict[str, float] = field(default_factory=dict)

    def lost_its_worker(self, lived: float, settings: Settings) -> str:
        """Decide when to try again; says so in words."""
        self.crashes = 0 if lived >= settings.healthy_seconds else self.crashes + 1
        wait = 0.0
        if settings.backoff and self.crashes:
            wait = min(settings.first_wait * 2 ** (self.crashes - 1), settings.longest_wait)
            if self.crashes >= settings.give_up_after:
                wait = math.inf
        self.start_at = time.monotonic() + wait
        self.is_storming = self.crashes > 1 and wait == 0
        if wait == math.inf:
            return f"gave up after {self.crashes} crashes in a row"
        return f"crash {self.crashes} in a row, next try in {wait:.3g} s" if wait else ""

    def forgive(self) -> None:
        """Start again from nothing: the settings have changed."""
        self.crashes, self.start_at, self.is_storming = 0, 0.0, False

    def tell(self, state: str, pid: int | None, detail: str = "") -> None:
        """Report the slot as a node of the lab."""
        now = time.monotonic()
        if self.is_storming and now - self._told.get(state, 0.0) < QUIET_SECONDS:
            return
        self._told[state] = now
        report(
            "node", node=f"worker-{self.number}", role="worker", tier=2, state=state, pid=pid,
            detail=detail,
        )  # fmt: skip
