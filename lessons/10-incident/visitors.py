"""The visitors: who comes when is drawn from a seed, and they come whatever the answers do."""

import asyncio
import itertools
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from retrying import Budget, persistently
from web import Answer, ask

PATIENCE_SECONDS = 4.0  # of one try
GOOD_MS = 1_000  # an answer that comes later counts as none
USERS = 40
PAGES = 4
RECENT_SECONDS = 5.0
TICK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody comes, `at` seconds after the beginning, for a page, their data, or to order."""

    at: float
    kind: str  # pages, users or orders
    number: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a visit."""

    visit: Visit
    ended: float  # on the monotonic clock
    ms: float
    status: int
    edge: str = ""  # HIT, MISS, STALE ...: what the edge's cache said
    how: str = ""  # HIT, MISS, WAITED, BYPASS, STORE, PRIMARY, SHED: what the app said
    is_stale: bool = False  # older than what had been promised before it was asked for

    @property
    def good(self) -> bool:
        """The right kind of answer, in time."""
        return self.status == 200 and self.ms <= GOOD_MS

    @property
    def is_copy(self) -> bool:
        """Whether no store was asked for it."""
        return self.edge in ("HIT", "STALE", "UPDATING") or self.how in ("HIT", "WAITED")


def plan(
    source: random.Random, seconds: float, streams: Iterable[tuple[float, str, Sequence[int]]]
) -> list[Visit]:
    """Who comes when: streams of so many a second, of a kind, for one of these numbers."""
    visits = []
    for rate, kind, numbers in streams:
        at = source.expovariate(rate)
        while at < seconds:
            visits.append(Visit(at, kind, source.choice(numbers)))
            at += source.expovariate(rate)
    return sorted(visits, key=lambda visit: visit.at)


class Ledger:
    """The newest version of each user that somebody was promised."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}

    def latest(self, user: int) -> int:
        """What a reader may expect."""
        return self._newest.get(user, 0)

    def promised(self, user: int, version: int) -> None:
        """An order was acknowledged."""
        self._newest[user] = max(version, self.latest(user))


class Crowd:
    """Many visitors on one thread.

    Args:
        edge, balancer: The ports: pages come through the edge, the rest does not.
        seen: Told about each visit when it is over.
    """

    def __init__(
        self, edge: int, balancer: int, seen: Callable[[Seen, Answer], None], source: random.Random
    ) -> None:
        self.ports = {"pages": edge, "users": balancer, "orders": balancer}
        self.ledger = Ledger()
        self.retries = "none"
        self.recent: deque[Seen] = deque(maxlen=5_000)
        self.late_seconds = 0.0  # 19 of 20 times, in the last replay
        self.hot = 0.0  # the share of users' visits that are user 0's
        self._told = seen
        self._source = source
        self._budget = Budget()
        self._orders = itertools.count(1)
        self._under_way: set[asyncio.Task[Seen]] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True, name="crowd").start()

    # -- in the background

    def arrive(self, _number: int) -> None:
        """Somebody comes; nobody waits for them here."""
        visit = somebody(self._source, 0.0, self.hot)
        self._loop.call_soon_threadsafe(self._send, visit)

    def clear_out(self) -> None:
        """Whoever is here leaves."""
        asyncio.run_coroutine_threadsafe(self._send_home(), self._loop).result(10)

    # -- in experiments

    def replay(
        self, visits: Sequence[Visit], seconds: float,
        script: Sequence[tuple[float, Callable[[], object]]] = (),
    ) -> list[Seen]:  # fmt: skip
        """Let these come, do the acts of the script in time; what was seen after `seconds`."""
        coming = self._replay(visits, seconds, script)
        return asyncio.run_coroutine_threadsafe(coming, self._loop).result(seconds + 30)

    async def _replay(
        self, visits: Sequence[Visit], seconds: float,
        script: Sequence[tuple[float, Callable[[], object]]],
    ) -> list[Seen]:  # fmt: skip
        begun = time.monotonic()
        watch = asyncio.create_task(self._watch_the_clock())
        acts = [asyncio.create_task(_act(at, act)) for at, act in script]
        tasks: list[tuple[Visit, asyncio.Task[Seen]]] = []
        for visit in visits:
            await asyncio.sleep(max(0.0, begun + visit.at - time.monotonic()))
            tasks.append((visit, self._send(visit)))
        await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))
        now = time.monotonic()
        seen = [
            task.result() if task.done() else Seen(visit, now, (now - begun - visit.at) * 1000, 0)
            for visit, task in tasks
        ]
        watch.cancel()
        await self._send_home()
        for act in acts:
            await act
        return seen

    async def _watch_the_clock(self) -> None:
        """How much later than asked for this program is woken: how busy the computer itself is."""
        late: list[float] = []
        while True:
            due = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            late.append(time.monotonic() - due)
            self.late_seconds = sorted(late)[int(0.95 * (len(late) - 1))]

    def visit(self, kind: str, number: int) -> Seen:
        """One visit, awaited."""
        visit = Visit(0.0, kind, number)
        return asyncio.run_coroutine_threadsafe(self._come(visit), self._loop).result(30)

    def _send(self, visit: Visit) -> "asyncio.Task[Seen]":
        task = self._loop.create_task(self._come(visit))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _send_home(self) -> None:
        leaving = list(self._under_way)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)

    async def _come(self, visit: Visit) -> Seen:
        started = time.monotonic()
        need = self.ledger.latest(visit.number)
        path, value = f"/{visit.kind}/{visit.number}", None
        if visit.kind == "users":
            path = f"{path}?need={need}"
        elif visit.kind == "orders":
            path = "/orders"
            value = {"user": visit.number, "order": f"o-{next(self._orders)}"}
        port = self.ports[visit.kind]
        answer = await persistently(
            lambda: ask(port, path, value, timeout=PATIENCE_SECONDS), self.retries, self._budget
        )
        ended = time.monotonic()
        version = answer.value.get("version", 0)
        if visit.kind == "orders" and answer.ok:
            self.ledger.promised(visit.number, version)
        seen = Seen(
            visit, ended, (ended - started) * 1000, answer.status,
            answer.headers.get("x-edge", ""), answer.headers.get("x-cache", ""),
            visit.kind == "users" and answer.ok and version < need,
        )  # fmt: skip
        self.recent.append(seen)
        self._told(seen, answer)
        return seen

    def window(self, seconds: float = RECENT_SECONDS) -> list[Seen]:
        """What was seen lately."""
        horizon = time.monotonic() - seconds
        return [one for one in list(self.recent) if one.ended >= horizon]


async def _act(at: float, act: Callable[[], object]) -> object:
    await asyncio.sleep(at)
    return await asyncio.to_thread(act)


def somebody(source: random.Random, at: float, hot: float = 0.0) -> Visit:
    """A visitor as they usually come: half for pages, the others for themselves."""
    kind = source.choices(("pages", "users", "orders"), (5, 4, 1))[0]
    number = source.randrange(PAGES if kind == "pages" else USERS)
    return Visit(at, kind, 0 if kind == "users" and source.random() < hot else number)


def share(seen: Iterable[Any], claim: Callable[[Any], bool]) -> float | None:
    """Percent of them of whom it is true; None when there are none."""
    found = [claim(one) for one in seen]
    return round(100 * sum(found) / len(found), 1) if found else None


def p99(seen: Iterable[Seen]) -> float | None:
    """The time in ms that 99 of 100 stay within."""
    times = sorted(one.ms for one in seen)
    return round(times[int(0.99 * (len(times) - 1))], 1) if times else None
