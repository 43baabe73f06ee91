"""What runs in this lesson: visitors, three apps, Redis and the slow origin."""

import contextlib
import itertools
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from lab import Lab
from lab.errors import LabError
from lab.http import Reply

APPS = ("app-1", "app-2", "app-3")
DELAY_SECONDS = 0.25
SETTINGS = {"ttl": 10.0, "jitter": 0.0, "protection": "none"}
BASELINE = {"delay": DELAY_SECONDS, "size": 100}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the visitor saw it."""

    app: str
    outcome: str  # HIT, MISS, BYPASS or FAILED
    ms: float
    ttl: float | None  # seconds the copy still lives
    version: int | None
    hops: tuple[tuple[str, float, str], ...]
    why: str
    reply: Reply
    at: float  # when it was sent

    def ms_at(self, node: str) -> float:
        """The time this request spent at a node."""
        return sum(ms for name, ms, _ in self.hops if name == node)


class System:
    """Starts the processes and is the visitor who asks them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.recent = lab.window(5)
        self._turn = itertools.count()
        self._served = 0
        self._calls: deque[tuple[float, int]] = deque()

    def start(self) -> None:
        """Start everything; returns when every app answers."""
        lab = self.lab
        lab.node("client", "client", 0, "Visitors").up()
        self.redis = lab.redis(tier=2)
        self.ports = {name: lab.free_port() for name in ("origin", *APPS)}
        for name in APPS:
            lab.node(name, "app", 1)
            for source, target in (("client", name), (name, "redis"), (name, "origin")):
                lab.edge(source, target)
        with ThreadPoolExecutor() as pool:
            started = [
                pool.submit(self._start_origin),
                *(pool.submit(self._start_app, name) for name in APPS),
            ]
        self.processes = [one.result() for one in started]
        self._impatient = self.redis.client(socket_timeout=0.1, socket_connect_timeout=0.1)
        self.traffic = lab.load(self.visit_somebody, rate=40, concurrency=40)

    def _start_origin(self) -> Any:
        port = self.ports["origin"]
        argv = ["python", "origin.py", "--port", str(port)]
        return self.lab.process(
            "origin", argv, role="origin", tier=3, title="Slow origin", ready=port
        )

    def _start_app(self, name: str) -> Any:
        port = self.ports[name]
        argv = ["python", "app.py", "--name", name, "--port", str(port)]
        argv += ["--redis", self.redis.url, "--origin", str(self.ports["origin"])]
        return self.lab.process(name, argv, role="app", tier=1, ready=port)

    # -- visitors

    def visit(self, key: object, app: str = "", *, keep: bool = False) -> Visit:
        """Ask for a product; the apps take turns unless one is named."""
        name = app or APPS[next(self._turn) % len(APPS)]
        sent = time.monotonic()
        reply = self.lab.http(self.ports[name], f"/products/{key}", timeout=10)
        seen = _seen(name, reply, sent)
        self.recent.add(seen.ms, ok=reply.ok, tag=seen.outcome)
        self.lab.flow("client", name, seen.ms, ok=reply.ok)
        own = seen.ms - sum(ms for _, ms, _ in seen.hops)
        path = [("client", 0, f"GET /products/{key}"), (name, own, seen.outcome)]
        self.lab.request(
            seen.outcome, [*path, *seen.hops], why=seen.why, ok=reply.ok, ms=seen.ms, keep=keep
        )
        return seen

    def visit_somebody(self, _number: int) -> Reply:
        """One of many visitors: asks for one of twenty products."""
        try:
            return self.visit(self.lab.random.randint(1, 20)).reply
        finally:
            self._served += 1

    # -- the parts

    @property
    def client(self) -> Any:
        """Redis, when there is somebody to talk to; else a sentence that says what to do."""
        if not self.redis.is_running:
            raise LabError("Redis is dead: restart it first")
        if self.redis.node.state == "paused":
            raise LabError("Redis is paused: resume it first")
        return self.redis.client()

    def redis_info(self, read: Callable[[Any], float]) -> float | None:
        """A number from Redis for a gauge; None while it does not answer."""
        import redis

        try:
            return read(self._impatient)
        except redis.RedisError:
            return None

    def set_apps(self, **settings: object) -> dict[str, Any]:
        """Change settings in all three apps."""
        replies = [self._put(self.ports[name], "/settings", settings) for name in APPS]
        return replies[-1]

    def set_origin(self, **settings: object) -> dict[str, Any]:
        """Change the origin's delay or the size of its products."""
        return self._put(self.ports["origin"], "/settings", settings)

    def write(self, key: object) -> int:
        """Change a product at the origin; its new version."""
        return int(self._put(self.ports["origin"], f"/products/{key}", {})["version"])

    def warm(self, count: int) -> None:
        """Let app-1 copy many products at once, for one read of the origin."""
        body = json.dumps({"first": 1, "count": count}).encode()
        self.lab.http(self.ports["app-1"], "/warm", method="POST", body=body, timeout=10)

    def expire(self, key: object) -> bool:
        """Let a copy's time run out now; whether there was one."""
        there = bool(self.client.pexpire(f"product:{key}", 1))
        self.lab.until(lambda: not self.client.exists(f"product:{key}"), 2, "the copy's end")
        return there

    def origin_stats(self) -> dict[str, int]:
        """How often the origin was asked since it started, and how many are asking now."""
        stats: dict[str, int] = json.loads(self.lab.http(self.ports["origin"], "/stats").body)
        return stats

    def origin_rate(self) -> float | None:
        """Calls that reached the origin, each second, over the last five."""
        now, calls = time.monotonic(), self.origin_stats()["calls"]
        self._calls.append((now, calls))
        while now - self._calls[0][0] > 5:
            self._calls.popleft()
        then, first = self._calls[0]
        return (calls - first) / (now - then) if now - then > 0.2 else None

    @contextlib.contextmanager
    def fresh(self, delay: float = DELAY_SECONDS, **settings: object) -> Iterator[None]:
        """A quiet system with an empty cache and these settings; afterwards as at the start."""
        self._reset()
        self.set_origin(delay=delay)
        self.set_apps(**settings)
        try:
            yield
        finally:
            self._reset()

    def _reset(self) -> None:
        self.traffic.stop()
        self.lab.until(lambda: self._served >= self.traffic.sent, 15, "the last visitor's answer")
        self.redis.resume()
        if not self.redis.is_running:
            self.redis.restart()
        patient = self.redis.client(socket_timeout=30)
        patient.config_set("maxmemory", 0)
        patient.execute_command("FLUSHALL", "SYNC")  # the memory, too, is free when it returns
        self.set_apps(**SETTINGS)
        self.set_origin(**BASELINE)

    def _put(self, port: int, path: str, settings: dict[str, object]) -> dict[str, Any]:
        body = json.dumps(settings).encode()
        answer: dict[str, Any] = json.loads(self.lab.http(port, path, method="PUT", body=body).body)
        return answer


def _seen(app: str, reply: Reply, sent: float) -> Visit:
    if not reply.ok:
        why = reply.headers.get("x-why", reply.error)
        return Visit(app, "FAILED", round(reply.ms, 3), None, None, (), why, reply, sent)
    headers = reply.headers
    ttl = headers.get("x-cache-ttl")
    return Visit(
        app, headers["x-cache"], round(reply.ms, 3), float(ttl) if ttl else None,
        json.loads(reply.body)["version"], tuple(map(tuple, json.loads(headers["x-hops"]))),
        headers["x-why"], reply, sent,
    )  # fmt: skip
