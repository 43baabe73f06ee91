"""A pre-fork HTTP server: one master that owns the port, and workers that answer.

    python cluster.py --port 8000 --workers 4 --settings settings.json --scoreboard board

    kill -TTIN MASTER    one worker more         kill -HUP MASTER    read the settings again and
    kill -TTOU MASTER    one worker less                             replace all workers, one by one
    kill -TERM MASTER    answer what was taken, then end

The master answers no request itself. It has so little to do that it hardly ever has a reason to
crash, and as long as it lives the port is open.
"""

import argparse
import os
import resource
import select
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

import settings as settings_file
from child import Child, Slot
from scoreboard import BOOTING, DEAD, UP, Scoreboard
from worker import LEAVING, READY, run_worker

from lab.report import report

MOST_WORKERS = 8
TURN_SECONDS = 0.1  # the loop turns at least this often
QUEUE = 256  # connections the kernel keeps for us until somebody takes them


class Master:
    """Keeps every slot filled with a living worker."""

    def __init__(self, port: int, wanted: int, settings_path: Path, board: Scoreboard) -> None:
        self._settings_path = settings_path
        self._settings = settings_file.read(settings_path)
        self._board = board
        self._wanted = wanted
        self._slots = {number: Slot(number) for number in range(1, MOST_WORKERS + 1)}
        self._children: dict[int, Child] = {}  # by pid
        self._turn: deque[Child] = deque()  # whose turn it is to be handed a connection
        self._to_replace: deque[Child] = deque()  # what is left of a rolling restart
        self._rolls = 0
        self._is_ending = False
        self._listener = socket.create_server(("127.0.0.1", port), backlog=QUEUE)
        self._listener.setblocking(False)
        self._signals = signals_as_bytes()
        self._orders = {
            signal.SIGTTIN: self._add, signal.SIGTTOU: self._remove,
            signal.SIGHUP: self._roll, signal.SIGTERM: self._end, signal.SIGINT: self._end,
        }  # fmt: skip

    def run(self) -> None:
        """Look what happened, put right what is not as it should be, and again."""
        while not self._is_ending or self._children:
            self._fill_slots()
            self._go_on_rolling()
            self._write_scoreboard()
            ready = self._wait()
            self._obey_signals(ready)
            self._listen_to_children(ready)
            self._hand_out()
            self._bury_the_dead()
            self._kill_who_overstepped()

    def _wait(self) -> set[int]:
        """Sleep until somebody knocks, a worker speaks, a signal comes or a slot is due."""
        poll = select.poll()
        poll.register(self._signals, select.POLLIN)
        for child in self._children.values():
            if child.leave_by == float("inf"):  # the others have nothing left to say
                poll.register(child.channel, select.POLLIN)
        if self._turn:
            poll.register(self._listener, select.POLLIN)
        now = time.monotonic()
        due = [slot.start_at - now for slot in self._slots.values() if slot.start_at > now]
        return {number for number, _ in poll.poll(min([TURN_SECONDS, *due]) * 1000)}

    # -- workers come and go

    def _fill_slots(self) -> None:
        """Start a worker in every slot that has none and need not wait."""
        if self._is_ending:
            return
        taken = {child.slot for child in self._children.values() if child.serves}
        for number in range(1, self._wanted + 1):
            if number not in taken and time.monotonic() >= self._slots[number].start_at:
                child = self._fork(number)
                self._slots[number].tell("starting", child.pid)

    def _fork(self, slot: int, replaces: Child | None = None) -> Child:
        """From here on there are two processes; in the new one `fork` returns 0."""
        ours, theirs = socket.socketpair()
        row = self._board.claim()
        row["slot"] = slot
        pid = os.fork()
        if pid == 0:
            self._forget_what_is_the_masters(ours)
            run_worker(row, theirs, self._listener, self._settings)
        theirs.close()
        ours.setblocking(False)
        # In this order: whoever reads pid 0 of a living worker and signals it hits its own group.
        row["pid"], row["state"] = pid, BOOTING
        child = Child(slot, pid, ours, row, self._settings.accept == "handout", replaces)
        self._children[pid] = child
        return child

    def _forget_what_is_the_masters(self, ours: socket.socket) -> None:
        """Were a worker to keep its copy of a brother's channel, his would never seem to end."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for channel in [ours, *(child.channel for child in self._children.values())]:
            channel.close()

    def _bury_the_dead(self) -> None:
        """Collect every child that ended: one SIGCHLD may stand for several deaths."""
        with suppress(ChildProcessError):  # there are no children at all
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._bury(self._children.pop(pid), os.waitstatus_to_exitcode(status))

    def _bury(self, child: Child, status: int) -> None:
        was_booting = child.row["state"] == BOOTING
        child.row["state"] = DEAD
        child.channel.close()
        self._take_out_of_turn(child)
        slot = self._slots[child.slot]
        if child.slot > self._wanted or self._is_ending:
            slot.tell("gone" if child.slot > self._wanted else "down", None, child.obituary(status))
        elif was_booting and child.replaces in self._children.values():
            self._call_off_the_roll(child.slot)
        elif heir := next((one for one in self._children.values() if one.slot == child.slot), None):
            if heir.row["state"] == UP:
                slot.tell("up", heir.pid)
        else:
            lived = time.monotonic() - child.started
            next_try = slot.lost_its_worker(lived, self._settings)
            self._board.master["restarts"] += 1
            slot.tell("down", None, "; ".join(filter(None, [child.obituary(status), next_try])))

    def _kill_who_overstepped(self) -> None:
        for child in self._children.values():
            if why := child.overstepped(self._settings):
                child.kill(why)

    def _listen_to_children(self, ready: set[int]) -> None:
        for child in list(self._children.values()):
            if child.channel.fileno() in ready:
                said = child.hear()
                if READY in said:
                    self._welcome(child)
                if LEAVING in said:
                    self._dismiss(child, "SIGTERM: finishing what it has")

    def _welcome(self, child: Child) -> None:
        """It can answer now: it takes its place, and whom it replaces may go."""
        if not child.serves:
            return  # it was dismissed while it started
        child.row["state"] = UP
        if child.takes_handouts:
            self._turn.append(child)
        detail = ""
        if child.replaces is not None and child.replaces.pid in self._children:
            self._dismiss(child.replaces)
            detail = f"pid {child.replaces.pid} is finishing what it has"
        self._slots[child.slot].tell("up", child.pid, detail)

    def _dismiss(self, child: Child, why: str = "") -> None:
        """Hand it nothing more and hang up; it finishes what it has and ends."""
        self._take_out_of_turn(child)
        child.hang_up(self._settings.patience_seconds)
        if why:
            self._slots[child.slot].tell("draining", child.pid, why)

    # -- connections

    def _hand_out(self) -> None:
        """Give each connection that knocked to the worker whose turn it is."""
        with suppress(BlockingIOError):  # nobody knocks any more
            while self._turn:
                connection, _ = self._listener.accept()
                with connection:
                    self._give_to_somebody(connection)

    def _give_to_somebody(self, connection: socket.socket) -> None:
        for _ in range(len(self._turn)):
            self._turn.rotate(-1)
            if self._turn[-1].give(connection):
                return

    def _take_out_of_turn(self, child: Child) -> None:
        if child in self._turn:
            self._turn.remove(child)

    # -- orders

    def _obey_signals(self, ready: set[int]) -> None:
        if self._signals in ready:
            for number in os.read(self._signals, 256):
                if number in self._orders:
                    self._orders[signal.Signals(number)]()

    def _add(self) -> None:
        self._wanted = min(self._wanted + 1, MOST_WORKERS)

    def _remove(self) -> None:
        if self._wanted > 1:
            leaving, self._wanted = self._wanted, self._wanted - 1
            for child in self._children.values():
                if child.slot == leaving:
                    self._dismiss(child, "taken out of service")

    def _roll(self) -> None:
        """Replace every worker, one after the other: the new one first, then the old one goes."""
        self._settings = settings_file.read(self._settings_path)
        for slot in self._slots.values():
            slot.forgive()
        self._to_replace = deque(child for child in self._children.values() if child.serves)
        self._rolls += 1

    def _go_on_rolling(self) -> None:
        """The next one is replaced when nobody is being replaced."""
        if self._to_replace and not self._is_replacing():
            living = self._children.values()
            old = self._to_replace.popleft()
            if old.serves and old in living:
                self._fork(old.slot, replaces=old)

    def _is_replacing(self) -> bool:
        living = self._children.values()
        return any(child.replaces in living for child in living)

    def _call_off_the_roll(self, slot: int) -> None:
        self._to_replace.clear()
        report(
            "note", text="the new worker died while it started: the old ones stay", tone="bad",
            node=f"worker-{slot}",
        )  # fmt: skip

    def _end(self) -> None:
        """Hand out who already knocked, close the door, let the workers finish."""
        self._hand_out()
        self._listener.close()
        self._is_ending = True
        self._to_replace.clear()
        for child in self._children.values():
            self._dismiss(child, "the master ends: finishing what it has")

    def _write_scoreboard(self) -> None:
        """For everybody who watches."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        dead = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = own.ru_utime + own.ru_stime + dead.ru_utime + dead.ru_stime
        row = self._board.master
        row["pid"], row["wanted"], row["cpu_ms"] = os.getpid(), self._wanted, int(seconds * 1000)
        row["rolling"] = len(self._to_replace) + self._is_replacing()
        row["rolls"] = self._rolls


def signals_as_bytes() -> int:
    """A pipe that receives the number of every signal as a byte; returns the end to read.

    A signal may interrupt any line of the program. Reduced to a byte in a pipe, it waits until the
    loop has time for it.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    os.set_blocking(reader, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in ("TTIN", "TTOU", "HUP", "TERM", "INT", "CHLD"):
        signal.signal(getattr(signal, f"SIG{number}"), lambda _number, _frame: None)
    return reader


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--scoreboard", type=Path, required=True)
    options = parser.parse_args()
    board = Scoreboard(options.scoreboard)
    Master(options.port, options.workers, options.settings, board).run()


if __name__ == "__main__":
    main()
