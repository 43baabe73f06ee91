"""A cache in front of a slow origin: ask Redis first, and never depend on it."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import redis
from protection import Protection, Rebuilt, protections
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 0.25  # Redis answers in a thousandth of that: later than this is never


@dataclass(frozen=True, slots=True)
class Settings:
    """What the lab can change while the app runs."""

    ttl: float = 10.0
    jitter: float = 0.0  # 0.2: each copy lives between 80 % and 120 % of the TTL
    protection: str = "none"


@dataclass(frozen=True, slots=True)
class Hop:
    """One stop of a request: where, how long, what came of it."""

    node: str
    ms: float
    note: str
    ok: bool = True


@dataclass(slots=True)
class Answer:
    """A product, and how the cache came by it."""

    outcome: Literal["HIT", "MISS", "BYPASS"]
    value: bytes
    ttl_ms: int | None  # how long the copy still lives; None when there is no copy
    why: str
    hops: list[Hop] = field(default_factory=list)


def connect(url: str) -> "redis.Redis":
    """A client that gives up at once, instead of keeping a visitor waiting for a cache."""
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),  # and does not try again
    )


class Cache:
    """Reads products through Redis.

    Args:
        store: The client; see `connect`.
        origin: Asks the slow origin for one product.
    """

    def __init__(self, store: "redis.Redis", origin: Callable[[str], bytes]) -> None:
        self.settings = Settings()
        self._store = store
        self._origin = origin
        self._protections: dict[str, Protection] = protections(store)

    def read(self, key: str) -> Answer:
        """A product: the copy in Redis, or else from the origin, which leaves a copy behind."""
        hops: list[Hop] = []
        name = f"product:{key}"
        try:
            copy, ttl_ms = self._look_up(name, hops)
            if copy is not None:
                return Answer("HIT", copy, ttl_ms, "a copy lay in Redis", hops)
            rebuilt = self._rebuild(key, name, hops)
        except redis.RedisError as error:
            return self._without_redis(key, error, hops)
        why = f"no copy in Redis; {rebuilt.why}"
        return Answer("MISS", rebuilt.value, self._time_left(name), why, hops)

    def keep(self, key: str, value: bytes) -> None:
        """Store a copy for one TTL, give or take the jitter."""
        self.keep_all({key: value})

    def keep_all(self, copies: Mapping[str, bytes]) -> None:
        """Store many in one go."""
        settings = self.settings
        pipeline = self._store.pipeline(transaction=False)
        for key, value in copies.items():
            spread = random.uniform(1 - settings.jitter, 1 + settings.jitter)
            pipeline.set(f"product:{key}", value, px=max(1, int(settings.ttl * spread * 1000)))
        pipeline.execute()

    def _look_up(self, name: str, hops: list[Hop]) -> tuple[bytes | None, int | None]:
        started = time.perf_counter()
        try:
            copy, ttl_ms = self._store.pipeline(transaction=False).get(name).pttl(name).execute()
        except redis.RedisError as error:
            hops.append(Hop("redis", ms_since(started), type(error).__name__, ok=False))
            raise
        came_of_it = "nothing" if copy is None else "found"
        hops.append(Hop("redis", ms_since(started), f"GET {name}: {came_of_it}"))
        return copy, ttl_ms

    def _rebuild(self, key: str, name: str, hops: list[Hop]) -> Rebuilt:
        started = time.perf_counter()
        protection = self._protections[self.settings.protection]
        rebuilt = protection.rebuild(
            name, peek=lambda: self._store.get(name), fetch=lambda: self._fetch(key, hops)
        )
        if rebuilt.watched:
            hops.append(Hop("redis", ms_since(started), "looked again until the copy was there"))
        return rebuilt

    def _fetch(self, key: str, hops: list[Hop]) -> bytes:
        value = self._ask_origin(key, hops)
        started = time.perf_counter()
        try:
            self.keep(key, value)
        except redis.RedisError as error:  # we have what the visitor wants: say so and go on
            hops.append(Hop("redis", ms_since(started), f"not stored: {error}", ok=False))
        return value

    def _without_redis(self, key: str, error: redis.RedisError, hops: list[Hop]) -> Answer:
        value = self._ask_origin(key, hops)
        why = f"Redis did not answer ({type(error).__name__}): straight to the origin"
        return Answer("BYPASS", value, None, why, hops)

    def _ask_origin(self, key: str, hops: list[Hop]) -> bytes:
        started = time.perf_counter()
        value = self._origin(key)
        hops.append(Hop("origin", ms_since(started), f"read product {key}"))
        return value

    def _time_left(self, name: str) -> int | None:
        try:
            ttl_ms = self._store.pttl(name)
        except redis.RedisError:
            return None
        return ttl_ms if ttl_ms >= 0 else None


def ms_since(started: float) -> float:
    """Milliseconds since a `perf_counter()` reading."""
    return round((time.perf_counter() - started) * 1000, 3)
