"""A mail server that sends nothing and counts everything; it may be told to break.

    POST /mails     {"to": 7, "order": "o-1", "key": "o-1"}; a key that was used sends nothing

The lab steers it, and asks for its counts, over its control socket:

    {"works": true, "deaf": false, "seconds": 0.02, "after": 0, "zero": true,
     "orders": true}

A mail takes `seconds`, and its answer comes so long `after` it was sent. A deaf server sends, and
says that it did not. `zero` counts from zero, `orders` asks
for the counts of each order. Started by the lab as `python mail.py PORT`.
"""

import asyncio
import sys
import time
from collections import Counter
from typing import Any

from web import Answer, Request, obey, serve


class MailServer:
    """Knows what it has sent, and by which keys."""

    def __init__(self) -> None:
        self.works, self.deaf = True, False
        self.seconds, self.after = 0.02, 0.0
        self._zero()

    def _zero(self) -> None:
        self.sent: Counter[str] = Counter()  # by order
        self.asked_at: dict[str, float] = {}  # when somebody first wanted an order's mail sent
        self.keys: set[str] = set()
        self.refused = 0

    async def answer(self, request: Request) -> Answer:
        """One request."""
        if (request.method, request.path) == ("POST", "/mails"):
            return await self.accept(request.value)
        return Answer(404, {})

    def change(self, fields: dict[str, Any]) -> dict[str, Any]:
        """What the lab wants; the counts."""
        if fields.get("zero"):
            self._zero()
        for name in ("works", "deaf", "seconds", "after"):
            setattr(self, name, fields.get(name, getattr(self, name)))
        doubles = self.sent.total() - len(self.sent)
        counts = {"sent": self.sent.total(), "doubles": doubles, "refused": self.refused}
        by_order = {"by_order": dict(self.sent), "asked_at": self.asked_at}
        return {**counts, **(by_order if fields.get("orders") else {})}

    async def accept(self, mail: dict[str, str]) -> Answer:
        """Send a mail, unless one with the same key was sent before."""
        self.asked_at.setdefault(mail["order"], time.monotonic())
        await asyncio.sleep(self.seconds)
        if not self.works:
            self.refused += 1
            return Answer(503, {"why": "broken"})
        key = mail.get("key")
        if key and key in self.keys:
            return Answer(200, {"sent": False})
        if key:
            self.keys.add(key)
        self.sent[mail["order"]] += 1
        await asyncio.sleep(self.after)
        return Answer(503, {"why": "deaf"}) if self.deaf else Answer(200, {"sent": True})


async def run(port: int) -> None:
    """Serve until killed."""
    mail = MailServer()
    obey(mail.change)
    await serve(mail.answer, port=port)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
