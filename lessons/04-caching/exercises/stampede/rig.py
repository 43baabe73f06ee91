"""Redis, an origin that counts, three processes of the learner's program, and the crowd."""

import asyncio
import threading
import time
from collections import Counter
from types import SimpleNamespace

from lab import Lab

lab = Lab()
parts = SimpleNamespace()
APPS = ("app-1", "app-2", "app-3")
PATIENCE_SECONDS = 7


class Origin:
    """A slow store behind one asyncio loop: it can be asked by many and needs no threads."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.asking = 0
        self.delay = 0.3
        self.mark = ""
        self.port = 0

    def product(self, key: str) -> bytes:
        """What the origin says about a product at present."""
        return f"product {key}, {self.mark}".encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One read: counted at once, answered after the delay."""
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = request.split()[1].removeprefix("/products/")
        self.calls[key] += 1
        self.asking += 1
        body = self.product(key)
        await asyncio.sleep(self.delay)
        self.asking -= 1
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        writer.close()

    async def serve(self, started: threading.Event) -> None:
        """Listen until the lab ends."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()


@lab.setup
def start() -> None:
    """Start everything; the learner's program three times."""
    parts.origin, started = Origin(), threading.Event()
    threading.Thread(target=lambda: asyncio.run(parts.origin.serve(started)), daemon=True).start()
    started.wait(5)
    parts.redis = lab.redis()
    lab.publish(redis_url=parts.redis.learner_url, origin_port=parts.origin.port)
    parts.ports = {name: lab.free_port() for name in APPS}
    parts.apps = {name: start_app(name) for name in APPS}


def start_app(name: str) -> object:
    """One process of the learner's."""
    port = parts.ports[name]
    argv = ["python", "stampede.py", str(port)]
    return lab.submission(name, argv, role="app", tier=1, ready=port)


@lab.trigger
def fresh(mark: str, delay: float = 0.3) -> None:
    """Everything runs, nothing is remembered, and the origin says something new."""
    if not parts.redis.is_running:
        parts.redis.restart()
    for app in parts.apps.values():
        if not app.is_running:
            app.restart()
    lab.until(lambda: parts.origin.asking == 0, 10, "a quiet origin")
    parts.redis.client().flushall()
    parts.origin.calls.clear()
    parts.origin.mark, parts.origin.delay = mark, delay


@lab.trigger
def crowd(keys: list[str], each: int = 15, first: int = 0) -> dict[str, object]:
    """So many visitors for each key, all at once, over all apps; what they got, who was asked."""
    wanted = [key for _ in range(each) for key in keys]
    started = time.monotonic()
    answers = asyncio.run(visit_all(wanted, APPS[first:]))
    right = sum(
        body == parts.origin.product(key) for key, body in zip(wanted, answers, strict=True)
    )
    return {
        "asked": len(wanted), "right": right, "unanswered": answers.count(None),
        "seconds": round(time.monotonic() - started, 3), "calls": dict(parts.origin.calls),
    }  # fmt: skip


@lab.trigger
def holder_dies(key: str) -> bool:
    """A visitor comes to app-1; while it asks the origin, app-1 is killed. Whether it asked."""
    visitor = threading.Thread(target=lambda: asyncio.run(visit_all([key], APPS[:1])), daemon=True)
    visitor.start()
    deadline = time.monotonic() + 5
    while not parts.origin.calls[key] and time.monotonic() < deadline:
        time.sleep(0.01)
    parts.apps["app-1"].kill()
    visitor.join(PATIENCE_SECONDS)
    asked = bool(parts.origin.calls[key])
    parts.origin.calls.clear()
    return asked


@lab.trigger
def forget(key: str) -> bool:
    """End a product's copy, as if its time were over; whether there was one."""
    return bool(parts.redis.client().delete(f"product:{key}"))


@lab.trigger
def lifetime(key: str) -> float:
    """The seconds that a copy still lives; -1 for ever, -2 when there is none."""
    left = parts.redis.client().pttl(f"product:{key}")
    return left / 1000 if left >= 0 else left


@lab.trigger
def kill_redis() -> None:
    """Redis is gone."""
    parts.redis.kill()


async def visit_all(keys: list[str], apps: tuple[str, ...]) -> list[bytes | None]:
    """All at once, in turn over these apps; None where nothing came."""
    return await asyncio.gather(
        *(visit(key, parts.ports[apps[n % len(apps)]]) for n, key in enumerate(keys))
    )


async def visit(key: str, port: int) -> bytes | None:
    """One visitor's answer; None when it is no answer, or too late."""
    try:
        return await asyncio.wait_for(ask(key, port), PATIENCE_SECONDS)
    except (OSError, TimeoutError, ValueError):
        return None


async def ask(key: str, port: int) -> bytes | None:
    """GET over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET /products/{key} HTTP/1.0\r\n\r\n".encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        return body if b" 200 " in head.split(b"\r\n")[0] else None
    finally:
        writer.close()
