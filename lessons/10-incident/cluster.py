"""A cluster of app workers: one master that owns the ports and replaces whoever ends.

    python cluster.py SETTINGS ROUTER CACHE QUEUE PORT...

    kill -TTIN MASTER    one worker more, where there is a port left
    kill -TTOU MASTER    one worker less

Lesson 2 has all of this at length. Here each worker has a port of its own, so that the balancer can
tell them apart. The ports stay the master's: connections to a dead worker wait for the next one.
"""

import asyncio
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import app as application
from settings import Shared
from web import serve

from lab.report import report

WORKERS = 3
BEAT_SECONDS = 0.2
SILENCE_SECONDS = 3.0  # whoever says nothing for so long is killed
BACKLOG = 256


class Worker:
    """One child, seen from its master."""

    def __init__(self, slot: int, pid: int, pulse: int) -> None:
        self.slot, self.pid, self.pulse = slot, pid, pulse
        self.heard = time.monotonic()

    def listen(self) -> None:
        """Take its heartbeats."""
        with suppress(BlockingIOError):
            while os.read(self.pulse, 64):
                self.heard = time.monotonic()

    @property
    def is_silent(self) -> bool:
        """Whether it is stuck: a process can be alive and do nothing."""
        return time.monotonic() - self.heard > SILENCE_SECONDS


class Master:
    """Keeps every slot filled."""

    def __init__(self, ports: list[int], arguments: list[str]) -> None:
        self._arguments = arguments
        self._ports = ports
        self._doors: dict[int, socket.socket] = {}
        self._workers: dict[int, Worker] = {}  # by slot
        self._wanted = WORKERS

    def run(self) -> None:
        """Fill, listen, bury; and again."""
        signal.signal(signal.SIGTTIN, lambda *_: self._change(+1))
        signal.signal(signal.SIGTTOU, lambda *_: self._change(-1))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while True:
            for slot in range(1, self._wanted + 1):
                if slot not in self._workers:
                    self._fork(slot)
            select.select([one.pulse for one in self._workers.values()], [], [], BEAT_SECONDS)
            for worker in self._workers.values():
                worker.listen()
                if worker.is_silent or worker.slot > self._wanted:
                    os.kill(worker.pid, signal.SIGKILL)
            self._bury()

    def _change(self, by: int) -> None:
        self._wanted = min(max(self._wanted + by, 1), len(self._ports))

    def _fork(self, slot: int) -> None:
        if slot not in self._doors:
            address = ("127.0.0.1", self._ports[slot - 1])
            self._doors[slot] = socket.create_server(address, backlog=BACKLOG)
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            self._live(slot, theirs)
        os.close(theirs)
        os.set_blocking(ours, False)
        self._workers[slot] = Worker(slot, pid, ours)
        report("node", node=f"app-{slot}", role="app", tier=2, state="up", pid=pid)

    def _live(self, slot: int, pulse: int) -> NoReturn:
        """All of a worker's life, in a process of its own."""
        for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for worker in self._workers.values():
            os.close(worker.pulse)
        for other in self._doors.keys() - {slot}:
            self._doors[other].close()
        status = 1
        try:
            asyncio.run(live(slot, pulse, self._doors[slot], self._arguments))
        except BrokenPipeError:
            status = 0  # the master is gone
        finally:
            os._exit(status)

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                slot = next(n for n, one in self._workers.items() if one.pid == pid)
                worker = self._workers.pop(slot)
                os.close(worker.pulse)
                code = os.waitstatus_to_exitcode(status)
                why = signal.Signals(-code).name if code < 0 else f"exit {code}"
                state = "down" if slot <= self._wanted else "gone"
                detail = "silent for too long" if worker.is_silent else why
                report("node", node=f"app-{slot}", role="app", tier=2, state=state, detail=detail)
                if slot > self._wanted:
                    self._doors.pop(slot).close()


async def live(slot: int, pulse: int, door: socket.socket, arguments: list[str]) -> None:
    """Serve, and show the master a sign of life now and then."""
    settings, router, cache, queue = arguments
    app = application.App(
        f"app-{slot}", int(router), cache, queue, Shared(Path(settings))
    )  # fmt: skip
    work = [asyncio.create_task(app.tell()), asyncio.create_task(serve(app.answer, sock=door))]
    while not work[1].done():
        os.write(pulse, b".")
        await asyncio.sleep(BEAT_SECONDS)


if __name__ == "__main__":
    Master([int(port) for port in sys.argv[5:]], sys.argv[1:5]).run()
