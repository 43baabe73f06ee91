"""Lesson 09's system as programs of their own: Redis, a mail server, a shop and workers."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.control import ask_process
from lab.http import http_request
from lab.ports import accepts, free_port
from lab.wait import until
from tests.lessons.running_shop import RunningRedis, end, spawn

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "lessons" / "09-queues"
SECONDS = 30.0  # the bound of every wait
QUICK = {"before": 0.0, "after": 0.0}


class Office:
    """Redis, the mail server, the shop, and as many workers as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.redis = RunningRedis(folder)
        self.url = f"redis://127.0.0.1:{self.redis.port}"
        self._control = str(folder / "mail.control")
        self.ports = {"mail": free_port(), "shop": free_port()}
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._servers = [
            spawn(
                [sys.executable, str(LESSON / "mail.py"), "--port", str(self.ports["mail"])],
                control=self._control,
            ),
            self._start("shop.py", "--port", self.ports["shop"], *self._places()),
        ]
        for port in self.ports.values():
            until(lambda port=port: accepts(port), SECONDS, "an answer")  # type: ignore[misc]

    def _places(self) -> tuple[object, ...]:
        return "--redis", self.url, "--mail", self.ports["mail"]

    def _start(self, file: str, *options: object) -> "subprocess.Popen[bytes]":
        return spawn([sys.executable, str(LESSON / file), *map(str, options)])

    def hire(self, *names: str, lock: int = 1500, check: int = 500, idle: int = 1000) -> None:
        """Start workers and wait until they work."""
        for name in names:
            self.workers[name] = self._start(
                "worker.py", "--name", name, *self._places(),
                "--lock", lock, "--check", check, "--idle", idle,
            )  # fmt: skip
        self.wait(lambda: all(self.state(name) == "works" for name in names), "the workers")

    def relay(self, tries: int) -> int:
        """Start a relay that tries so often; its port."""
        port = free_port()
        self._servers.append(
            self._start("relay.py", "--port", port, "--mail", self.ports["mail"], "--tries", tries)
        )
        until(lambda: accepts(port), SECONDS, "the relay")
        return port

    def state(self, name: str) -> object:
        """Whether a worker says that it works or rests."""
        return self.redis.client.hget("workers", name)

    def signal(self, name: str, number: int) -> None:
        """Send a worker a signal; an end is waited for."""
        self.workers[name].send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.workers.pop(name).wait(SECONDS)

    def order(self, *names: str, how: str = "bullmq", options: Any = None, **order: Any) -> int:
        """Order at the shop; its status."""
        orders = [{**QUICK, **order, "order": name} for name in names]
        body = json.dumps({"orders": orders, "how": how, "options": options or {}}).encode()
        return http_request(
            self.ports["shop"], "/orders", method="POST", body=body, timeout=SECONDS
        ).status

    def mails(self, what: str = "sent") -> dict[str, int]:
        """How often each order's mail was sent, or asked for."""
        counted = json.loads(http_request(self.ports["mail"], "/mails").body)[what]
        return dict(counted)

    def set_mail(self, **settings: object) -> None:
        """Break or mend the mail server."""
        ask_process(self._control, settings)

    def holder(self) -> str:
        """The worker that has BullMQ's first active job."""
        client = self.redis.client
        number = client.lindex("bull:mails:active", 0)
        return str(client.get(f"bull:mails:{number}:lock") or "").partition(".")[0]

    def stream_holder(self) -> tuple[str, int]:
        """The worker that has the stream's first pending job, and how often it was handed out."""
        rows = self.redis.client.xpending_range("jobs", "workers", "-", "+", 1)
        return (rows[0]["consumer"], rows[0]["times_delivered"]) if rows else ("", 0)

    def unfinished(self) -> int:
        """Jobs that wait or are being done."""
        pipeline = self.redis.client.pipeline()
        pipeline.llen("bull:mails:wait").llen("bull:mails:active").zcard("bull:mails:delayed")
        return sum(pipeline.xlen("jobs").execute())

    def wait(self, claim: Callable[[], object], what: str) -> float:
        """Wait for something; the seconds it took."""
        begun = time.monotonic()
        until(claim, SECONDS, what)
        return time.monotonic() - begun

    def close(self) -> None:
        """End everything."""
        for process in (*self.workers.values(), *self._servers):
            end(process)
        self.redis.close()
