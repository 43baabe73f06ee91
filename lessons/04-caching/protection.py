"""Three ways to rebuild what the cache no longer has, when many ask at once.

Each has one method, `rebuild(key, peek, fetch)`. `peek` looks into the cache once more; `fetch`
asks the slow origin and leaves a copy in the cache. What comes back is a copy: ours, or that of
somebody who was faster.
"""

import contextlib
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import redis

Peek = Callable[[], bytes | None]
Fetch = Callable[[], bytes]
LOCK_MS = 3_000  # longer than a rebuild takes; a holder that dies blocks the others this long
POLL_SECONDS = 0.05

# Delete the lock only while it is still ours: it may have run out and belong to another by now.
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A fresh copy, and how we came by it."""

    value: bytes
    why: str
    watched: bool = False  # we did not ask: we looked into the cache until the copy was there


class NoProtection:
    """Everybody who misses asks the origin."""

    def rebuild(self, key: str, peek: Peek, fetch: Fetch) -> Rebuilt:  # noqa: ARG002
        """Ask the origin, whoever else may be asking."""
        return Rebuilt(fetch(), "nothing keeps others from asking too")


class SingleFlight:
    """In one process, the first who misses asks the origin; the others wait for the answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[str, Future[bytes]] = {}

    def rebuild(self, key: str, peek: Peek, fetch: Fetch) -> Rebuilt:
        """Lead the flight, or wait for the one in the air."""
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not leads:
            return Rebuilt(flight.result(timeout=10), "another thread of this app asked")
        try:
            return self._lead(flight, peek, fetch)
        finally:
            with self._lock:
                del self._flights[key]

    def _lead(self, flight: "Future[bytes]", peek: Peek, fetch: Fetch) -> Rebuilt:
        try:
            landed = peek()  # the flight before ours may have landed since we looked
            flight.set_result(fetch() if landed is None else landed)
        except BaseException as error:
            flight.set_exception(error)  # the others must not wait for ever
            raise
        return Rebuilt(flight.result(), "first thread of this app to miss")


class RedisLock:
    """Among all processes, whoever gets the lock asks the origin; the others watch the cache."""

    def __init__(self, store: "redis.Redis") -> None:
        self._store = store
        self._release = store.register_script(RELEASE)

    def rebuild(self, key: str, peek: Peek, fetch: Fetch) -> Rebuilt:
        """Take the lock and ask; or watch the cache, for as long as a lock may live."""
        deadline = time.monotonic() + LOCK_MS / 1000
        while time.monotonic() < deadline:
            mine = uuid.uuid4().hex
            if self._store.set(f"lock:{key}", mine, nx=True, px=LOCK_MS):
                return self._fetch_holding(key, mine, peek, fetch)
            time.sleep(POLL_SECONDS)
            value = peek()
            if value is not None:
                return Rebuilt(value, "another app held the lock", watched=True)
        return Rebuilt(fetch(), "waited for the lock in vain")

    def _fetch_holding(self, key: str, mine: str, peek: Peek, fetch: Fetch) -> Rebuilt:
        try:
            value = peek()  # it may have come just before we got the lock
            if value is not None:
                return Rebuilt(value, "another app was faster", watched=True)
            return Rebuilt(fetch(), "this app holds the lock")
        finally:
            with contextlib.suppress(redis.RedisError):  # then it runs out by itself
                self._release(keys=[f"lock:{key}"], args=[mine])


Protection = NoProtection | SingleFlight | RedisLock


def protections(store: "redis.Redis") -> dict[str, Protection]:
    """All three, by the name that the settings use."""
    return {"none": NoProtection(), "single-flight": SingleFlight(), "lock": RedisLock(store)}
