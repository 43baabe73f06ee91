"""The visitors of the last exercise: they come on schedule and know what they were promised."""

import asyncio
import itertools
import random
import threading
import time
from dataclasses import dataclass
from typing import Any

from visitors import Ledger, Visit, plan
from web import Answer, ask

RATES = {"pages": 16.0, "users": 7.0, "orders": 3.0}
PATIENCE = {"pages": 3.0, "users": 3.0, "orders": 4.0}
IN_TIME_MS = {"pages": 1_000, "users": 1_000, "orders": 4_000}
TICK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Served:
    """What became of a visit."""

    kind: str
    at: float  # seconds since the beginning
    ms: float
    is_right: bool
    is_stale: bool = False

    @property
    def good(self) -> bool:
        """Right and in time."""
        return self.is_right and self.ms <= IN_TIME_MS[self.kind]


class Shoppers:
    """Visitors who take the apps in turn, as a balancer would send them.

    Args:
        ports: Of the apps.
        source: Draws who comes when.
        users, pages: How many there are.
        mark: Something that only the store can say, on every page.
    """

    def __init__(
        self, ports: list[int], source: random.Random, users: int, pages: int, mark: str
    ) -> None:
        self.confirmed: set[str] = set()
        self.late_ms = 0.0  # 19 of 20 times
        self._ports, self._mark = ports, mark
        self._source = source
        self._numbers = {"pages": range(pages), "users": range(users), "orders": range(users)}
        self._ledger = Ledger()
        self._tried: dict[int, int] = {}  # orders that were sent, by user
        self._turn, self._names = itertools.count(), itertools.count(1)
        self._seen: list[Served] = []
        self._begun = 0.0

    def warm_up(self, rounds: int = 2) -> None:
        """Somebody looks at every page, at every app: no day begins with empty caches."""
        for _ in range(rounds * len(self._ports)):
            for number in self._numbers["pages"]:
                asyncio.run(self._ask("pages", f"/pages/{number}"))

    def come(self, seconds: float) -> list[Served]:
        """All of them, over so many seconds; returns when the last one has left."""
        streams = [(rate, kind, self._numbers[kind]) for kind, rate in RATES.items()]
        visits = plan(self._source, seconds - 0.3, streams)
        asyncio.run(self._come(visits))
        return self._seen

    async def _come(self, visits: list[Visit]) -> None:
        self._begun = time.monotonic()
        watch = asyncio.create_task(self._watch_the_clock())
        tasks = []
        for visit in visits:
            await asyncio.sleep(max(0.0, self._begun + visit.at - time.monotonic()))
            tasks.append(asyncio.create_task(self._visit(visit)))
        await asyncio.gather(*tasks)
        watch.cancel()

    async def _watch_the_clock(self) -> None:
        """How much later than asked for this program is woken: how busy the computer itself is."""
        late: list[float] = []
        while True:
            due = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            late.append((time.monotonic() - due) * 1000)
            self.late_ms = sorted(late)[int(0.95 * (len(late) - 1))]

    async def _visit(self, visit: Visit) -> None:
        if visit.kind == "pages":
            await self._page(visit.number)
        elif visit.kind == "users":
            await self._user(visit.number)
        elif await self._order(visit.number):
            await self._user(visit.number)  # and they look at once, twice
            await self._user(visit.number)

    async def _page(self, number: int) -> None:
        started = time.monotonic()
        answer = await self._ask("pages", f"/pages/{number}")
        right = answer.value.get("mark") == self._mark and answer.value.get("number") == number
        self._note("pages", started, answer.ok and right)

    async def _user(self, number: int) -> None:
        started, need = time.monotonic(), self._ledger.latest(number)
        answer = await self._ask("users", f"/users/{number}?need={need}")
        version = answer.value.get("version")
        is_version = type(version) is int and 0 <= version <= self._tried.get(number, 0)
        stale = answer.ok and is_version and version < need
        self._note("users", started, answer.ok and is_version and not stale, stale)

    async def _order(self, user: int) -> bool:
        """Whether it was confirmed; after a failure it is sent once more, under the same name."""
        started, name = time.monotonic(), f"o-{next(self._names)}"
        self._tried[user] = self._tried.get(user, 0) + 1
        for _ in range(2):
            answer = await self._ask("orders", "/orders", {"user": user, "order": name})
            version = answer.value.get("version")
            if answer.ok and type(version) is int:
                break
            await asyncio.sleep(0.2)
        right = answer.ok and type(version) is int and 0 < version <= self._tried[user]
        if right:
            self._ledger.promised(user, version)
            self.confirmed.add(name)
        self._note("orders", started, right)
        return right

    def order_soon(self, port: int, seconds: float) -> None:
        """`order_at`, without waiting for it."""
        threading.Thread(target=self.order_at, args=(port, seconds), daemon=True).start()

    def order_at(self, port: int, seconds: float) -> bool:
        """Order at one app until it confirms, or so long; from any thread."""

        async def insist() -> bool:
            user, name = self._numbers["orders"][-1], f"o-{next(self._names)}"
            self._tried[user] = self._tried.get(user, 0) + 1
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                value = {"user": user, "order": name}
                answer = await ask(port, "/orders", value, timeout=left)
                version = answer.value.get("version")
                if answer.ok and type(version) is int and 0 < version <= self._tried[user]:
                    self._ledger.promised(user, version)
                    self.confirmed.add(name)
                    return True
                await asyncio.sleep(0.1)
            return False

        return asyncio.run(insist())

    async def _ask(self, kind: str, path: str, value: Any = None) -> Answer:
        for _ in self._ports:
            port = self._ports[next(self._turn) % len(self._ports)]
            answer = await ask(port, path, value, timeout=PATIENCE[kind])
            if not (answer.status == 0 and answer.value["why"] in CLOSED):
                break
        return answer

    def _note(self, kind: str, started: float, right: bool, stale: bool = False) -> None:
        ms = (time.monotonic() - started) * 1000
        self._seen.append(Served(kind, started - self._begun, ms, right, stale))


CLOSED = ("ConnectionRefusedError", "ConnectionResetError", "IncompleteReadError")
