"""What has become of the mails: the mail server's own counts, and its settings."""

import json
import time
from collections import deque
from typing import Any

from lab import Lab
from lab.process import Process

USUAL = {"works": True, "seconds": 0.02, "lanes": 10}


class Outbox:
    """Asks the mail server, and breaks and mends it.

    Args:
        lab: Where it runs.
        mail: The mail server.
        port: Where it listens.
    """

    def __init__(self, lab: Lab, mail: Process, port: int) -> None:
        self._lab, self._mail = lab, mail
        self._port = port
        self._counts: deque[tuple[float, dict[str, int]]] = deque()

    def mails(self, orders: list[str], what: str = "sent") -> dict[str, int]:
        """How often the mail server sent these orders' mails (or was `asked` to)."""
        counted = self._get("/mails")[what]
        return {order: counted.get(order, 0) for order in orders}

    def recent(self, what: str, seconds: float = 5) -> tuple[int, float]:
        """How much of something it counted lately, and in how many seconds."""
        now = time.monotonic()
        if not self._counts or now - self._counts[-1][0] > 0.2:
            self._counts.append((now, self._get("/stats")))
        while len(self._counts) > 1 and now - self._counts[0][0] > 30:
            self._counts.popleft()
        then, before = next(one for one in self._counts if now - one[0] <= seconds)
        return self._counts[-1][1][what] - before[what], now - then

    def set(self, **settings: Any) -> None:
        """Break or mend it, or change its capacity."""
        self._mail.tell(**settings)

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._lab.http(self._port, path).body)
        return answer
