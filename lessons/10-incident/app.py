"""The application: what every worker of the cluster runs.

GET  /pages/1      the same for everybody; the edge may keep it for a second
GET  /users/7      one person's; ?need=3: not older than version 3
POST /orders       {"user": 7, "order": "o-1"}: written at once, the mail is left for later
"""

import asyncio
import contextlib
import json
from typing import Any

from copies import Copies, connect
from redis.exceptions import RedisError
from retrying import Breaker, Budget, persistently
from settings import Settings, Shared
from web import Answer, Request, Tally, ask

PAGE_MS = 8_000
EDGE_SECONDS = 1
PATIENCE = {"pages": 3.0, "users": 0.4, "orders": 2.0}
TOO_BUSY = Answer(503, {"why": "this app has enough to do"})


class App:
    """Answers requests with the help of cache, router and queue."""

    def __init__(self, name: str, router: int, cache: str, queue: str, shared: Shared) -> None:
        self.name = name
        self.tally = Tally()
        self._router = router
        self._copies = Copies(connect(cache))
        self._queue = connect(queue)
        self._shared = shared
        self._budget, self._breaker = Budget(), Breaker()
        self._under_way = 0

    async def answer(self, request: Request) -> Answer:
        """One request; too many at once are refused where the settings say so."""
        settings = self._shared.now
        if settings.shed and self._under_way >= settings.shed:
            return self._signed(TOO_BUSY, "SHED")
        self._under_way += 1
        try:
            await asyncio.sleep(settings.slow_ms / 1000)
            return await self._routed(request, settings)
        finally:
            self._under_way -= 1

    async def _routed(self, request: Request, settings: Settings) -> Answer:
        match request.method, request.path.split("/")[1:]:
            case "GET", ["pages", number]:
                return await self.page(int(number), settings)
            case "GET", ["users", number]:
                return await self.user(int(number), int(request.query.get("need", 0)), settings)
            case "POST", ["orders"]:
                return await self.order(request.value, settings)
        return Answer(404, {})

    async def page(self, number: int, settings: Settings) -> Answer:
        """A copy from Redis, else the store's slow answer."""
        answer, how = await self._read(
            f"page:{number}", PAGE_MS, lambda: self._store(f"/pages/{number}", settings), settings
        )
        headers = {"Cache-Control": f"max-age={EDGE_SECONDS}"} if answer.ok else {}
        return self._signed(answer, how, headers)

    async def user(self, number: int, need: int, settings: Settings) -> Answer:
        """A person's own data: from the store, or from a young copy where that is allowed."""

        async def fetch() -> Answer:
            return await self._store(f"/users/{number}?read={settings.read}", settings)

        if settings.user_copy_ms:
            answer, how = await self._read(f"user:{number}", settings.user_copy_ms, fetch, settings)
        else:
            answer, how = await fetch(), "STORE"
        if settings.own and answer.ok and answer.value["version"] < need:
            answer, how = await self._store(f"/users/{number}?read=primary", settings), "PRIMARY"
        return self._signed(answer, how)

    async def order(self, order: dict[str, Any], settings: Settings) -> Answer:
        """Write it, and put the mail into the queue; the visitor does not wait for the mail."""
        answer = await self._store("/orders", settings, order)
        if not answer.ok:
            return self._signed(answer, "STORE")
        if settings.user_copy_ms:
            await self._copies.forget(f"user:{order['user']}")
        try:
            await self._queue.xadd("mails", {"job": json.dumps({**order, "key": settings.key})})
        except RedisError as error:
            self.tally.add(self.name, "queue", 0, ok=False)
            return self._signed(Answer(503, {"why": f"no queue: {type(error).__name__}"}), "STORE")
        self.tally.add(self.name, "queue", 0)
        return self._signed(answer, "STORE")

    async def _read(
        self, key: str, ttl_ms: int, fetch: Any, settings: Settings
    ) -> tuple[Answer, str]:
        answer, how = await self._copies.read(key, ttl_ms, fetch, lock=settings.lock)
        self.tally.add(self.name, "cache", 0, ok=how != "BYPASS")
        return answer, how

    async def _store(self, path: str, settings: Settings, value: object = None) -> Answer:
        """Ask the router, with patience, and again as the settings say."""

        async def once() -> Answer:
            if settings.breaker and not self._breaker.lets_through():
                return Answer(503, {"why": "the breaker is open"})
            patience = PATIENCE[path.split("/")[1]]
            answer = await ask(self._router, path, value, timeout=patience)
            self._breaker.note(answer.ok)
            self.tally.add(self.name, "router", answer.ms, ok=answer.ok)
            return answer

        return await persistently(once, settings.retries, self._budget)

    def _signed(self, answer: Answer, how: str, headers: dict[str, str] | None = None) -> Answer:
        status = answer.status if answer.status in (200, 404) else 503
        more = {"X-App": self.name, "X-Cache": how, **(headers or {})}
        return Answer(status, answer.value, more)

    async def tell(self) -> None:
        """What went over which edge, to the lab."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.tally.tell()
