"""Copies in Redis: ask the cache first, let one rebuild for all, and never depend on it."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Awaitable, Callable

import redis.asyncio as redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from web import Answer

PATIENCE_SECONDS = 0.4
REST_SECONDS = 1.0  # who found Redis silent leaves it alone for so long
LOCK_MS = 1_500
POLL_SECONDS = 0.06
JITTER = 0.2

RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

Fetch = Callable[[], Awaitable[Answer]]


def connect(url: str) -> "redis.Redis":
    """A client that gives up soon and does not try again."""
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0), decode_responses=True,
    )  # fmt: skip


class Copies:
    """Reads through Redis; what Redis cannot do, the store does."""

    def __init__(self, store: "redis.Redis") -> None:
        self._redis = store
        self._flights: dict[str, asyncio.Future[tuple[Answer, str]]] = {}
        self._resting_until = 0.0

    async def read(self, key: str, ttl_ms: int, fetch: Fetch, *, lock: bool) -> tuple[Answer, str]:
        """The answer, and how we came by it: HIT, MISS, WAITED or BYPASS."""
        if not lock:
            return await self._read(key, ttl_ms, fetch, lock=False)
        flight = self._flights.get(key)
        leads = flight is None
        if flight is None:
            flight = asyncio.ensure_future(self._read(key, ttl_ms, fetch, lock=True))
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key))
        answer, how = await asyncio.shield(flight)
        return answer, how if leads or how == "HIT" else "WAITED"

    async def _read(self, key: str, ttl_ms: int, fetch: Fetch, *, lock: bool) -> tuple[Answer, str]:
        if time.monotonic() < self._resting_until:
            return await fetch(), "BYPASS"
        try:
            copy = await self._redis.get(key)
            if copy is not None:
                return Answer(200, json.loads(copy)), "HIT"
            if lock:
                return await self._rebuild_alone(key, ttl_ms, fetch)
        except RedisError:
            self._resting_until = time.monotonic() + REST_SECONDS
            return await fetch(), "BYPASS"
        return await self._fetch(key, ttl_ms, fetch), "MISS"

    async def forget(self, key: str) -> None:
        """Remove a copy, as well as that can be done."""
        try:
            if time.monotonic() >= self._resting_until:
                await self._redis.delete(key)
        except RedisError:
            self._resting_until = time.monotonic() + REST_SECONDS

    async def _rebuild_alone(self, key: str, ttl_ms: int, fetch: Fetch) -> tuple[Answer, str]:
        """Whoever gets the lock asks the store; the others look for the copy."""
        deadline = time.monotonic() + LOCK_MS / 1000
        while time.monotonic() < deadline:
            mine = uuid.uuid4().hex
            if await self._redis.set(f"lock:{key}", mine, nx=True, px=LOCK_MS):
                try:
                    return await self._fetch(key, ttl_ms, fetch), "MISS"
                finally:
                    await self._redis.eval(RELEASE, 1, f"lock:{key}", mine)
            await asyncio.sleep(POLL_SECONDS)
            copy = await self._redis.get(key)
            if copy is not None:
                return Answer(200, json.loads(copy)), "WAITED"
        return await fetch(), "MISS"

    async def _fetch(self, key: str, ttl_ms: int, fetch: Fetch) -> Answer:
        answer = await fetch()
        if answer.ok:
            px = max(1, int(ttl_ms * random.uniform(1 - JITTER, 1 + JITTER)))
            try:
                await self._redis.set(key, json.dumps(answer.value), px=px)
            except RedisError:
                self._resting_until = time.monotonic() + REST_SECONDS
        return answer
