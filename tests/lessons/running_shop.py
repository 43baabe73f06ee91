"""Lesson 04's system as programs of their own: Redis, the origin and three apps."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import redis

from lab import programs
from lab.http import Reply, http_request
from lab.ports import accepts, free_port
from lab.wait import until

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "lessons" / "04-caching"
APPS = (0, 1, 2)
SECONDS = 20.0  # the bound of every wait


class RunningRedis:
    """A real server on a port of its own, without persistence."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._argv = [
            *programs.redis().argv, "--port", str(self.port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", str(folder),
        ]  # fmt: skip
        self.start()
        self.client = redis.Redis(port=self.port, decode_responses=True)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self._process = spawn(self._argv)
        until(lambda: accepts(self.port), SECONDS, "Redis")

    def signal(self, number: int) -> None:
        """Send it a signal; a kill is waited for."""
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait(SECONDS)

    def close(self) -> None:
        """End it."""
        self.client.close()
        end(self._process)


class Shop:
    """Redis, the origin and three apps."""

    def __init__(self, folder: Path, delay: float = 0.2) -> None:
        self.redis = RunningRedis(folder)
        self._started: list[subprocess.Popen[bytes]] = []
        self.origin = self._serve("origin.py", "--delay", str(delay))
        url = f"redis://127.0.0.1:{self.redis.port}"
        self.apps = [
            self._serve(
                "app.py", "--name", f"app-{n}", "--redis", url, "--origin", str(self.origin)
            )
            for n in (1, 2, 3)
        ]
        for port in (self.origin, *self.apps):
            until(lambda port=port: accepts(port), SECONDS, "an answer")  # type: ignore[misc]

    def _serve(self, file: str, *options: str) -> int:
        port = free_port()
        argv = [sys.executable, str(LESSON / file), "--port", str(port), *options]
        self._started.append(spawn(argv))
        return port

    def get(self, key: object, app: int = 0) -> Reply:
        """A visitor's request."""
        return http_request(self.apps[app], f"/products/{key}", timeout=SECONDS)

    def seen(self, key: object, app: int = 0) -> str:
        """What X-Cache says about it."""
        reply = self.get(key, app)
        assert reply.status == 200, reply
        return reply.headers["x-cache"]

    def crowd(self, key: object, count: int) -> list[Reply]:
        """Many visitors at once, over all apps."""
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda n: self.get(key, n % 3), range(count)))

    def configure(self, **settings: object) -> None:
        """Change settings in all apps."""
        for port in self.apps:
            self.put(port, "/settings", settings)

    def put(self, port: int, path: str, value: object) -> Any:
        """PUT a JSON value; the answer."""
        reply = http_request(port, path, method="PUT", body=json.dumps(value).encode())
        assert reply.status == 200, reply
        return json.loads(reply.body)

    def write(self, key: object) -> int:
        """Change a product at the origin; its new version."""
        return int(self.put(self.origin, f"/products/{key}", {})["version"])

    def stats(self) -> dict[str, int]:
        """What the origin counted."""
        counted: dict[str, int] = json.loads(http_request(self.origin, "/stats").body)
        return counted

    def calls_of(self, act: Callable[[], object]) -> int:
        """How many reads reach the origin while something happens."""
        before = self.stats()["calls"]
        act()
        return self.stats()["calls"] - before

    def kill_origin(self) -> None:
        """The origin is gone."""
        end(self._started[0])

    def close(self) -> None:
        """End everything."""
        for process in self._started:
            end(process)
        self.redis.close()


def spawn(argv: Sequence[str], *, control: str = "") -> "subprocess.Popen[bytes]":
    """Start a program that says nothing and finds the lab package; `control` steers it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "sandboxes")}
    if control:
        environment["LAB_CONTROL"] = control
    environment.pop("LAB_REPORT", None)
    return subprocess.Popen(
        argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill it and wait for its end."""
    process.kill()
    process.wait(SECONDS)


def version(reply: Reply) -> int:
    """Which version of the product an answer is."""
    return int(json.loads(reply.body)["version"])
