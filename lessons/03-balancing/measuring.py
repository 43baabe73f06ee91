"""The stop-watches of the experiments: each does something to the system and measures it."""

import contextlib
import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from system import NAMES, Block, Seen, System, block

from lab.family import children, is_stopped
from lab.http import Reply
from lab.wait import until

EQUAL = block()


def names(seen: list[Seen]) -> str:
    """Who answered, in order, as a word."""
    return "".join(one.server for one in seen)


def failed(seen: list[Seen]) -> int:
    """How many clients got an error."""
    return sum(not one.reply.ok for one in seen)


def retried(seen: list[Seen]) -> list[Seen]:
    """Requests for which nginx asked more than one backend."""
    return [one for one in seen if len(one.servers) > 1]


# -- load that is not spread


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a slow backend looked like under load."""

    requests: dict[str, int]
    waiting_half_way: int  # at the slow one
    waiting_at_the_end: int
    p99_ms: tuple[float, float]  # of the first half and of the second


def slow_one(system: System, method: str, rate: int, seconds: float) -> Crowd:
    """Load four backends, of which d takes three times as long."""
    with system.calm(replace(block(method), patience=30), work_ms=30):
        system.tell("d", "/_settings", work_ms=90)
        load = system.lab.load(lambda _: system.visit().reply, rate, concurrency=80)
        load.start()
        half, all_of_it = int(rate * seconds / 2), int(rate * seconds)
        system.lab.until(lambda: load.sent >= half, 30, "half of the requests")
        half_way, first = system.tell("d")["in_flight"], load.window.p(99) or 0
        load.window.clear()
        system.lab.until(lambda: load.sent >= all_of_it, 30, "all of the requests")
        counts = system.tell_all()
        load.stop()
        system.tell("d", "/_settings", work_ms=0)
        system.lab.until(lambda: system.total("in_flight") == 0, 20, "the last answers")
        last = load.window.p(99) or 0
        load.close()
    return Crowd(
        {name: count["requests"] for name, count in counts.items()},
        half_way, counts["d"]["in_flight"], (round(first), round(last)),
    )  # fmt: skip


# -- several processes


WORKERS = 2


@contextlib.contextmanager
def two_processes(system: System, chosen: Block) -> Iterator[list["Line"]]:
    """A second nginx with two worker processes, and an open connection to each of them."""
    nginx = system.start_nginx("nginx-2", chosen, workers=WORKERS)
    try:
        pids = system.lab.until(lambda: workers(nginx.pid), 5, "two worker processes")
        with contextlib.ExitStack() as lines:
            yield [lines.enter_context(line_to(nginx.port, pid, pids)) for pid in sorted(pids)]
    finally:
        nginx.stop()
        nginx.node.gone()


def workers(master: int) -> set[int] | None:
    """The worker processes, once all are there."""
    found = set(children(master))
    return found if len(found) == WORKERS else None


class Line:
    """A connection that stays open, so that one worker process has it all the time."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)

    def ask(self, path: str = "/") -> Reply:
        """One request on it."""
        started = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, 1000 * (time.perf_counter() - started), headers, body)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextlib.contextmanager
def stopped(pids: set[int]) -> Iterator[None]:
    """These processes do nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: all(map(is_stopped, pids)), 5, "the other process at rest")
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def line_to(port: int, pid: int, pids: set[int]) -> Iterator[Line]:
    """A connection to one worker process: the others are stopped while it is taken."""
    line = Line(port)
    with stopped(pids - {pid}):
        taker = int(line.ask("/process").body)
    assert taker == pid, f"{taker} took the connection that was meant for {pid}"
    try:
        yield line
    finally:
        line.close()


def in_turn(system: System, lines: list[Line], rounds: int) -> str:
    """Ask over each line in turn; who answered."""
    found = [system.read(line.ask()) for _ in range(rounds) for line in lines]
    for one in found:
        system.count(one, "nginx-2")
    return names(found)


# -- a backend fails


def until_asked_again(system: System, name: str) -> float:
    """Seconds until nginx tries a dead backend once more."""
    begun = time.monotonic()

    def asked() -> bool:
        return name in system.visit().servers[:1]

    system.lab.until(asked, 10, f"nginx trying {name} again")
    return round(time.monotonic() - begun, 2)


def cut_off(system: System, method: str) -> Seen:
    """Kill the backend that works on a request, after nginx has sent it."""
    system.mend(work_ms=1)
    system.tell("a", "/_settings", work_ms=20_000)
    system.use(system.block)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(system.visit, method=method, keep=True)
        system.lab.until(lambda: system.tell("a")["in_flight"] == 1, 5, "the request at a")
        system.backends["a"].kill()
        return asked.result(20)


# -- connections


def crowd(act: Callable[[], Any], count: int, clients: int) -> list[Any]:
    """Do something so many times, by some clients who each wait for their answer."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda _: act(), range(count)))


def connections(system: System, keepalive: int, count: int, clients: int) -> int:
    """How many connections the backends saw for so many requests."""
    system.use(replace(EQUAL, keepalive=keepalive))
    system.tell_all("/_zero")
    crowd(system.visit, count, clients)
    return system.total("connections")


# -- a new configuration


def reloads_under_load(system: System, times: int) -> tuple[int, int, int]:
    """Reload while eight clients keep asking: requests, how many failed, worker processes seen."""
    seen: list[Seen] = []
    ended = threading.Event()

    def keep_asking() -> None:
        while not ended.is_set():
            seen.append(system.visit())

    with ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(keep_asking) for _ in range(8)]
        try:
            for _ in range(times):
                some = len(seen) + 40
                system.lab.until(lambda some=some: len(seen) >= some, 10, "forty answers")
                system.use(system.block)
            some = len(seen) + 40
            system.lab.until(lambda: len(seen) >= some, 10, "forty answers after the last")
        finally:
            ended.set()
        for client in clients:
            client.result(10)
    return len(seen), failed(seen), len({one.process for one in seen})


def spread(system: System, addresses: list[str]) -> dict[str, int]:
    """How many of these clients each backend gets."""
    answers = names([system.visit(address) for address in addresses])
    return {name: answers.count(name) for name in NAMES}
