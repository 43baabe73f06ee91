"""The people who use the cluster: what they ask, what they get, and what they lose."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from control import Cluster

from lab import Lab

CLIENT_TIMEOUT = 1.0
UNHURRIED = 10.0  # the same, where only a broken connection is to count
PATIENCE = 20.0  # how long the lab waits for anything
TRACED = 10  # every tenth request that went well leaves its trace, and every one that did not


class Clients:
    """People who ask for pages, and what they got."""

    def __init__(self, lab: Lab, port: int) -> None:
        self._lab = lab
        self._port = port
        self._lock = threading.Lock()
        self._waiting: set[int] = set()
        self._numbers = 0
        self.lost = 0
        self._timeout = CLIENT_TIMEOUT
        self.of_late = lab.window(10)

    def ask(self, path: str = "/") -> Any:
        """One request, and its trace."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            self._waiting.add(number)
        reply = self._lab.http(self._port, path, timeout=self._timeout)
        with self._lock:
            self.lost += not reply.ok
            self._waiting.discard(number)
        self.of_late.add(reply.ms, ok=reply.ok)
        if not reply.ok or number % TRACED == 0:
            self._trace(reply)
        return reply

    def _trace(self, reply: Any) -> None:
        if reply.ok:
            who, pid = reply.headers["x-worker"], reply.headers["x-pid"]
            hops = [
                ("clients", 0, ""),
                ("master", 0, ""),
                (f"worker-{who}", reply.ms, f"pid {pid}"),
            ]
            self._lab.request(str(reply.status), hops, ms=reply.ms)
        else:
            why = "no answer in time" if "timed out" in reply.error else "the connection broke"
            self._lab.request("lost", [("clients", reply.ms, why)], ok=False, why=why, keep=True)

    @contextlib.contextmanager
    def unhurried(self) -> Iterator[None]:
        """Nobody gives up meanwhile: on a busy machine answers are late, and not lost."""
        self._timeout = UNHURRIED
        try:
            self.lost_while(lambda: None)  # those under way still are in a hurry
            yield
        finally:
            self._timeout = CLIENT_TIMEOUT

    def lost_while(self, act: Callable[[], Any]) -> int:
        """How many requests failed from now until all that were open after `act` have ended."""
        before = self.lost
        act()
        with self._lock:
            open_now = set(self._waiting)
        self._lab.until(lambda: not open_now & self._waiting, PATIENCE, "the end of open requests")
        return self.lost - before

    def count_workers(self, cluster: Cluster, requests: int, rate: float) -> list[int]:
        """Send so many requests; how many each worker took, the busiest first."""
        before = {row["pid"]: row["taken"] for row in cluster.board.up()}
        self._lab.load(lambda _: self.ask(), rate=rate, concurrency=8, target="master").run(
            requests
        )
        took = [row["taken"] - before[row["pid"]] for row in cluster.board.up()]
        return sorted(took, reverse=True)

    def cores_used(self, cluster: Cluster, requests: int) -> float:
        """Seconds of CPU that the workers use per second, for requests of 20 ms of CPU each.

        The better of two tries: others may use this machine, too.
        """
        return max(self._cores_used(cluster, requests) for _ in range(2))

    def _cores_used(self, cluster: Cluster, requests: int) -> float:
        cpu, begun = cluster.cpu_ms(), time.monotonic()
        burst = self._lab.load(
            lambda _: self.ask("/work?20"), rate=5000, concurrency=4, target="master"
        )
        burst.run(requests)
        seconds = time.monotonic() - begun
        return round((cluster.cpu_ms() - cpu) / 1000 / seconds, 2)


def in_words(lost: int) -> str:
    """So many requests, lost."""
    return f"{lost} request{'' if lost == 1 else 's'} lost"
