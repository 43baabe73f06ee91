"""Asks every member who it is and how far it has come, ten times a second."""

import threading
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from selection import Server, average

SECONDS = 0.1
PATIENCE_MS = 500

Client = MongoClient[dict[str, Any]]


def clock(timestamp: Any) -> int:
    """A MongoDB timestamp as one number: later writes have larger ones."""
    return int(timestamp.time) << 32 | int(timestamp.inc)


class Watch:
    """The members as they were a moment ago.

    Args:
        ports: Where each member listens, by its name.
    """

    def __init__(self, ports: dict[str, int]) -> None:
        self._known = {name: Server(name, "unknown") for name in ports}
        self.clients: dict[str, Client] = {
            name: MongoClient(
                "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=PATIENCE_MS,
                connectTimeoutMS=PATIENCE_MS, socketTimeoutMS=4 * PATIENCE_MS,
            )
            for name, port in ports.items()
        }  # fmt: skip

    def start(self) -> None:
        """Begin: one thread for each member, so that a silent one delays nobody."""
        for name in self._known:
            threading.Thread(target=self._look_for_ever, args=(name,), daemon=True).start()

    def servers(self) -> list[Server]:
        """All members."""
        return list(self._known.values())

    def _look_for_ever(self, name: str) -> None:
        rtt_ms, pause = None, threading.Event()
        while not pause.wait(SECONDS):
            started = time.monotonic()
            try:
                said = self.clients[name].admin.command("hello")
            except PyMongoError:
                self._known[name], rtt_ms = Server(name, "unknown"), None
                continue
            looked = time.monotonic()
            rtt_ms = average(rtt_ms, (looked - started) * 1000)
            self._known[name] = described(name, said, rtt_ms, looked)


def described(name: str, said: dict[str, Any], rtt_ms: float, looked: float) -> Server:
    """What a member's `hello` says."""
    role = "primary" if said.get("isWritablePrimary") else "unknown"
    role = "secondary" if said.get("secondary") else role
    last = said.get("lastWrite")
    if last is None:
        return Server(name, role, rtt_ms, looked=looked)
    written = last["lastWriteDate"].timestamp()
    return Server(name, role, rtt_ms, clock(last["opTime"]["ts"]), written, looked)
