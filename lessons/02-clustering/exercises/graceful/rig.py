"""Clients and signals for the learner's server: what happens to requests that are under way."""

import contextlib
import os
import re
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from lab import Lab
from lab.errors import SubmissionFault
from lab.family import descendants, is_stopped

lab = Lab()
READY, LAST = b"begun\n", re.compile(rb"done by (\d+)\n\Z")
CLIENT_SECONDS = 20.0


@dataclass
class Asked:
    """One request, followed from its first byte to its last."""

    port: int
    ms: int
    patience: float = CLIENT_SECONDS
    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    worker: int | None = None  # who answered it to the end, and took the time that it takes
    seconds: float = 0.0
    ended_at: float = 0.0

    def start(self) -> "Asked":
        """Send it in the background."""
        threading.Thread(target=self.send, daemon=True).start()
        return self

    def send(self) -> "Asked":
        """Send it and read all of the answer."""
        started = time.monotonic()
        with contextlib.suppress(OSError):
            self._read()
        self.ended_at = time.monotonic()
        self.seconds = self.ended_at - started
        if self.seconds < self.ms / 1000 * 0.9:
            self.worker = None  # whatever it says, nobody has worked that long
        self.ended.set()
        return self

    def _read(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), self.patience) as connection:
            connection.sendall(f"GET /?{self.ms} HTTP/1.1\r\nHost: lab\r\n\r\n".encode())
            answer = b""
            while piece := connection.recv(4096):
                answer += piece
                if READY in answer:
                    self.begun.set()
        last = LAST.search(answer)
        self.worker = int(last[1]) if last else None


class Server:
    """The learner's program, started and answering."""

    def __init__(self, workers: int, boot: float, patience: float) -> None:
        self.port = lab.free_port()
        argv = ["python", "graceful.py", "--port", str(self.port), "--workers", str(workers),
                "--boot", str(boot), "--patience", str(patience)]  # fmt: skip
        self.process = lab.submission(
            "server", argv, role="master", tier=1, ready=lambda: self.asked(0).send().worker
        )
        if not self.process.is_running:
            raise SubmissionFault("graceful.py ended instead of serving")

    def asked(self, ms: int, patience: float = CLIENT_SECONDS) -> Asked:
        """A request that takes so long."""
        return Asked(self.port, ms, patience)

    def begin(self, count: int, ms: int) -> list[Asked]:
        """Requests that are being answered when this returns."""
        asked = [self.asked(ms).start() for _ in range(count)]
        for one in asked:
            if not one.begun.wait(10):
                raise SubmissionFault("a request got no first line within 10 s")
        return asked

    def begin_at_each(self, workers: set[int], ms: int) -> list[Asked]:
        """One request for each worker: the others are at rest while it is taken."""
        asked = []
        for pid in workers:
            with at_rest(workers - {pid}):
                asked += self.begin(1, ms)
        return asked

    def tell(self, number: int) -> None:
        """Signal the master."""
        self.process.kill(number)

    def workers(self, count: int, seconds: float = 10.0) -> set[int]:
        """Its worker processes, as soon as there are so many."""
        lab.until(lambda: len(descendants(self.process.pid)) == count, seconds, f"{count} workers")
        return descendants(self.process.pid)

    def has_replaced(self, old: set[int]) -> bool:
        """Whether none of these is left, and as many others are there; or the master has ended."""
        now = descendants(self.process.pid)
        return not self.process.is_running or (not now & old and len(now) >= len(old))

    def refuses(self) -> bool:
        """Whether nobody takes connections any more."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return True
        return False

    def end(self) -> None:
        """Leave nothing behind."""
        self.process.end()


@contextlib.contextmanager
def server(workers: int, boot: float, patience: float) -> Any:
    """A server for one test."""
    serving = Server(workers, boot, patience)
    try:
        yield serving
    finally:
        serving.end()


@lab.setup
def start() -> None:
    """Nothing runs until a test asks."""
    lab.node("clients", "client", 0).up()


@contextlib.contextmanager
def at_rest(pids: set[int]) -> Any:
    """Processes that do nothing meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        lab.until(lambda: all(map(is_stopped, pids)), 5, "workers at rest")
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@lab.trigger
def stop(
    requests: int, ms: int, patience: float = 15.0, workers: int = 2, each: bool = False
) -> dict[str, Any]:
    """SIGTERM while so many requests are being answered, or one by each worker."""
    with server(workers, 0.1, patience) as serving:
        pids = serving.workers(workers)
        asked = serving.begin_at_each(pids, ms) if each else serving.begin(requests, ms)
        told = time.monotonic()
        serving.tell(signal.SIGTERM)
        refused_while_busy = soon_refused(serving, asked, patience)
        status = serving.process.wait(patience + 10)
        ended = time.monotonic()
        left = len(descendants(os.getpid()) & pids)
        for one in asked:
            one.ended.wait(1)
        return {
            "answered": sum(one.worker is not None for one in asked),
            "refused_while_busy": refused_while_busy,
            "status": status,
            "seconds": round(ended - told, 2),
            "ended_last": all(one.ended_at <= ended for one in asked if one.worker is not None),
            "left": left,
        }


@lab.trigger
def leave(ms: int) -> dict[str, Any]:
    """SIGTERM to one of two workers that answer, and later to the other one."""
    with server(2, 0.1, 15.0) as serving:
        pids = serving.workers(2)
        told, stays = sorted(pids)
        first = serving.begin_at_each(pids, ms)
        os.kill(told, signal.SIGTERM)
        with at_rest({stays}):
            time.sleep(0.5)  # the worker looks around every 50 ms; then somebody knocks
            knocks = serving.asked(0).start()
            taken = knocks.begun.wait(0.5)
        for one in (*first, knocks):
            one.ended.wait(CLIENT_SECONDS)
        bound = time.monotonic() + 5
        while time.monotonic() < bound and told in descendants(serving.process.pid):
            time.sleep(0.02)
        return {
            "answered": sum(one.worker is not None for one in first),
            "taken": taken,
            "others_answer": knocks.worker is not None,
            "left": told in descendants(serving.process.pid),
            "stayed": stays in descendants(serving.process.pid),
        }


def soon_refused(serving: Server, asked: list[Asked], seconds: float) -> bool:
    """Whether the door was closed while those inside were still being served."""
    bound = time.monotonic() + seconds
    while time.monotonic() < bound and not all(one.ended.is_set() for one in asked):
        if serving.refuses():
            return any(not one.ended.is_set() for one in asked)
        time.sleep(0.02)
    return False


@lab.trigger
def roll(workers: int, boot: float, ms: int = 400, times: int = 1) -> dict[str, Any]:
    """SIGHUP, maybe again, under a stream of short requests, with some long ones under way."""
    with server(workers, boot, 15.0) as serving:
        old = serving.workers(workers, boot + 5)
        long = serving.begin(4, ms)
        stream = Stream(serving)
        alive, new = 0, set(old)
        for _ in range(times):
            before = new
            serving.tell(signal.SIGHUP)
            bound = time.monotonic() + workers * (boot + ms / 1000) + 8
            while time.monotonic() < bound and not serving.has_replaced(before):
                time.sleep(0.02)
            time.sleep(0.2)  # nobody more comes
            new = descendants(serving.process.pid)
            alive = max(alive, len(new & before))
        for one in long:
            one.ended.wait(CLIENT_SECONDS)
        short = stream.end()
        return {
            "lost": sum(one.worker is None for one in [*long, *short]),
            "lost_long": sum(one.worker is None for one in long),
            "slowest": round(max((one.seconds for one in short), default=0.0), 2),
            "old_alive": alive,
            "new": len(new),
            "answers": serving.asked(0).send().worker in new,
            "master_lives": serving.process.is_running,
        }


@lab.trigger
def stillbirth(workers: int, boot: float, seconds: float) -> dict[str, Any]:
    """SIGHUP, and every new worker dies while it boots: who answers then."""
    with server(workers, boot, 15.0) as serving:
        old = serving.workers(workers, boot + 5)
        stream = Stream(serving, 4.0)
        serving.tell(signal.SIGHUP)
        died: set[int] = set()
        bound = time.monotonic() + seconds
        while time.monotonic() < bound:
            for pid in descendants(serving.process.pid) - old - died:
                died.add(pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        short = stream.end(0)
        return {
            "died": len(died),
            "lost": sum(one.worker is None for one in short),
            "answers": serving.asked(0, 4.0).send().worker in old,
            "master_lives": serving.process.is_running,
        }


class Stream:
    """Short requests from four clients, one after the other, until it is ended."""

    def __init__(self, serving: Server, patience: float = CLIENT_SECONDS) -> None:
        self._serving = serving
        self._patience = patience
        self._asked: list[Asked] = []
        self._ended = threading.Event()
        self._clients = [threading.Thread(target=self._ask, daemon=True) for _ in range(4)]
        for client in self._clients:
            client.start()
        lab.until(lambda: len(self._asked) >= 8, CLIENT_SECONDS, "the first eight answers")

    def _ask(self) -> None:
        while not self._ended.wait(0.01):
            self._asked.append(self._serving.asked(5, self._patience).send())

    def end(self, more: int = 20) -> list[Asked]:
        """A few more, then stop; all of them."""
        enough = len(self._asked) + more
        bound = time.monotonic() + CLIENT_SECONDS
        while time.monotonic() < bound and len(self._asked) < enough:
            time.sleep(0.02)
        self._ended.set()
        for client in self._clients:
            client.join(CLIENT_SECONDS)
        return self._asked
