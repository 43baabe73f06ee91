"""The lab's hands on the cluster: signals, settings and the scoreboard."""

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from signal import SIGCONT, SIGHUP, SIGKILL, SIGSTOP, SIGTTIN, SIGTTOU
from typing import Any, NamedTuple

import settings as settings_file
from scoreboard import DEAD, Row, Scoreboard
from settings import Settings

from lab import Lab
from lab.errors import LabError

WORKERS = 4
PATIENCE = 20.0  # how long the lab waits for anything
SHORT_PATIENCE = 2.0  # and for what may never come


class Restarts(NamedTuple):
    """What was seen in some seconds."""

    count: int
    cpu_ms: int
    seconds: float


class Cluster:
    """The running cluster, as an operator sees it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.port = lab.free_port()
        self._settings = Settings()
        self._file = lab.work / "settings.json"
        settings_file.write(self._file, self._settings)
        board = lab.work / "scoreboard"
        self.board = Scoreboard(board)
        board.chmod(0o666)  # the cluster may run under another uid; the folder keeps others out
        argv = ["python", "cluster.py", "--port", str(self.port), "--workers", str(WORKERS),
                "--settings", str(self._file), "--scoreboard", str(board)]  # fmt: skip
        self.master = lab.process(
            "master", argv, role="master", tier=1, ready=lambda: len(self.board.up()) == WORKERS
        )
        self._stopped: set[int] = set()
        self._restarts: deque[tuple[float, int]] = deque()  # (when, how many so far)

    # -- what it looks like

    def worker(self, slot: int) -> Row:
        """The worker in a slot, as soon as there is one that answers."""
        wanted = self.board.master["wanted"]
        if not 1 <= slot <= wanted:
            raise LabError(f"there is no worker {slot}: workers are numbered from 1 to {wanted}")
        what = f"an answering worker in slot {slot}"
        return self._until(lambda: self.board.in_slot(slot), what)

    def busy_worker(self, slot: int, least: int = 2, patience: float = PATIENCE) -> Row:
        """The same, at a moment when it serves at least so many requests."""
        row = self.worker(slot)
        what = f"{least} requests at worker {slot}"
        self._lab.until(lambda: row.serving >= least, patience, what)
        return row

    def worker_at_work(self, slot: int) -> Row:
        """The same, if it gets that busy soon: at a shared port some hardly ever get a request."""
        if self._settings.accept == "handout":
            return self.busy_worker(slot)
        with contextlib.suppress(LabError):
            return self.busy_worker(slot, patience=SHORT_PATIENCE)
        return self.worker(slot)

    def successor(self, slot: int, old_pid: int) -> Row:
        """The worker that took the slot over."""
        self._until(lambda: self.worker(slot)["pid"] != old_pid, f"a new worker in slot {slot}")
        return self.worker(slot)

    def cpu_ms(self) -> int:
        """CPU time of all workers up to now, as soon as each has written it down."""
        now = int(time.monotonic() * 1000)
        rows = self.board.up()
        self._until(lambda: all(row["beat_ms"] >= now for row in rows), "a sign of life of all")
        return sum(row["cpu_ms"] for row in rows)

    def served_at_its_end(self, row: Row) -> int:
        """What a dead worker was serving: its line stays as it was. 0 for a living one."""
        return row.serving if row["state"] == DEAD else 0

    def pids(self) -> list[int]:
        """Of all workers that answer, by slot."""
        return [row["pid"] for row in sorted(self.board.up(), key=lambda row: row["slot"])]

    # -- what an operator does

    def signal(self, row: Row, number: int) -> None:
        """`kill -NUMBER PID`, to a worker."""
        os.kill(row["pid"], number)

    def stop(self, slot: int) -> Row:
        """SIGSTOP: it lives, holds what it has, and does nothing."""
        row = self.worker(slot)
        self.signal(row, SIGSTOP)
        self._stopped.add(row["pid"])
        self._lab.node(f"worker-{slot}", "worker", 2).set("paused", detail="SIGSTOP")
        return row

    def resume(self) -> list[int]:
        """SIGCONT to every worker that was stopped and still lives."""
        alive = [row for row in self.board.workers() if row["pid"] in self._stopped]
        for row in alive:
            self.signal(row, SIGCONT)
            self._lab.node(f"worker-{row['slot']}", "worker", 2).up(pid=row["pid"])
        self._stopped.clear()
        return [row["slot"] for row in alive]

    def kill(self, row: Row) -> None:
        """SIGKILL, until the master has found it dead."""
        self.signal(row, SIGKILL)
        self._until(lambda: row["state"] == DEAD, f"the end of pid {row['pid']}")

    def must_hand_out(self) -> None:
        """Refuse where a worker may never get the requests that something takes."""
        if self._settings.accept != "handout":
            raise LabError(
                "at a shared port this worker may never get the requests it needs for that: "
                "let the master hand them out first"
            )

    def scale(self, workers: int) -> None:
        """TTIN or TTOU until the master wants that many, and they answer."""
        while (wanted := self.board.master["wanted"]) != workers:
            self.master.kill(SIGTTIN if wanted < workers else SIGTTOU)
            self._until(lambda was=wanted: self.board.master["wanted"] != was, "a change of size")
        self._until(lambda: len(self.board.up()) == workers, f"{workers} answering workers")

    def roll(self) -> None:
        """HUP: replace all workers; returns when the last is replaced or the roll called off."""
        before = self.board.master["rolls"]
        self.master.kill(SIGHUP)
        self._until(lambda: self.board.master["rolls"] > before, "a rolling restart")
        self._until(lambda: not self.board.master["rolling"], "the end of a rolling restart")

    def configure(self, **changes: Any) -> None:
        """Default settings with these changes, in every worker; nothing when it is so already."""
        wanted = replace(Settings(), **changes)
        if wanted != self._settings:
            self._settings = wanted
            settings_file.write(self._file, wanted)
            self.roll()

    def as_new(self, **changes: Any) -> None:
        """Everything as it was at the start, but for these settings."""
        self.resume()
        self.configure(**changes)
        self.scale(WORKERS)

    def restarts_in(self, seconds: float, enough: int = 0, most: float = 0) -> Restarts:
        """Watch for some seconds: workers lost and started again, and CPU ms spent on that.

        A busy machine forks slowly: until there were `enough`, it may take `most` seconds.
        """
        row, begun = self.board.master, time.monotonic()
        restarts, cpu = row["restarts"], row["cpu_ms"]

        def is_over() -> bool:
            spent = time.monotonic() - begun
            return spent >= max(seconds, most) or (
                spent >= seconds and row["restarts"] - restarts >= enough
            )

        self._lab.until(is_over, max(seconds, most) + PATIENCE, "the end of the watch")
        spent = round(time.monotonic() - begun, 1)
        return Restarts(row["restarts"] - restarts, row["cpu_ms"] - cpu, spent)

    def restarts_of_late(self, seconds: float) -> int:
        """Workers lost and started again in the last seconds, if asked more often than that."""
        now = time.monotonic()
        self._restarts.append((now, self.board.master["restarts"]))
        while self._restarts[0][0] < now - seconds:
            self._restarts.popleft()
        return self._restarts[-1][1] - self._restarts[0][1]

    def _until(self, claim: Callable[[], Any], what: str) -> Any:
        return self._lab.until(claim, PATIENCE, what)
