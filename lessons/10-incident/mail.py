"""A mail server that sends nothing and counts everything; it may be told to break.

    POST /mails     {"to": 7, "order": "o-1", "key": "o-1"}; a key that was used sends nothing
    GET  /stats     how many mails went out, and how many of them had gone out before
    PUT  /settings  {"works": true, "deaf": false, "seconds": 0.02, "after": 0}
    PUT  /zero      count from zero

A mail takes `seconds`, and its answer comes so long `after` it was sent. A deaf server sends, and
says that it did not.

Started by the lab as `python mail.py PORT`.
"""

import asyncio
import sys
from collections import Counter

from web import Answer, Request, serve


class MailServer:
    """Knows what it has sent, and by which keys."""

    def __init__(self) -> None:
        self.works, self.deaf = True, False
        self.seconds, self.after = 0.02, 0.0
        self._zero()

    def _zero(self) -> None:
        self.sent: Counter[str] = Counter()  # by order
        self.keys: set[str] = set()
        self.refused = 0

    async def answer(self, request: Request) -> Answer:
        """One request."""
        match request.method, request.path:
            case "POST", "/mails":
                return await self.accept(request.value)
            case "GET", "/stats":
                doubles = self.sent.total() - len(self.sent)
                stats = {"sent": self.sent.total(), "doubles": doubles, "refused": self.refused}
                return Answer(200, {**stats, "by_order": dict(self.sent)})
            case "PUT", "/settings":
                for name in ("works", "deaf", "seconds", "after"):
                    setattr(self, name, request.value.get(name, getattr(self, name)))
                return Answer(200, {})
            case "PUT", "/zero":
                self._zero()
                return Answer(200, {})
        return Answer(404, {})

    async def accept(self, mail: dict[str, str]) -> Answer:
        """Send a mail, unless one with the same key was sent before."""
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


if __name__ == "__main__":
    asyncio.run(serve(MailServer().answer, port=int(sys.argv[1])))
