"""A mail server that sends nothing and counts everything.

Runs alone:  python mail.py --port 9025

    POST /mails     {"to": "ada@example.org", "order": "o-1", "key": "o-1"}
                    200, or 503 while it is broken; a key that was used before sends nothing
    GET  /stats     how many mails went out, how many requests came, how many were refused
    GET  /mails     how often each order's mail went out

`lanes` mails are sent at a time and each takes `seconds`: its capacity is lanes / seconds. The lab
changes that over its control socket: {"works": true, "seconds": 0.02, "lanes": 10}
"""

import argparse
import asyncio
from collections import Counter
from typing import Any

from web import Answer, obey, serve


class MailServer:
    """Accepts mails, some at a time, and knows what it has sent."""

    def __init__(self) -> None:
        self.works = True
        self.seconds = 0.02
        self.lanes = asyncio.Semaphore(10)
        self.sent: Counter[str] = Counter()  # by order
        self.asked: Counter[str] = Counter()
        self.refused = 0
        self._keys: dict[str, asyncio.Future[bool]] = {}

    async def accept(self, mail: dict[str, Any]) -> Answer:
        """Send a mail, unless one with the same key was sent before."""
        self.asked[mail["order"]] += 1
        key = mail.get("key")
        while key in self._keys:
            if await asyncio.shield(self._keys[key]):
                return 200, {"sent": False, "why": f"key {key} was used before"}
        if key is None:
            return await self._send(mail)
        self._keys[key] = asyncio.get_running_loop().create_future()
        status, answer = await self._send(mail)
        promise = self._keys[key] if status == 200 else self._keys.pop(key)
        promise.set_result(status == 200)
        return status, answer

    async def _send(self, mail: dict[str, Any]) -> Answer:
        async with self.lanes:
            await asyncio.sleep(self.seconds)
        if not self.works:
            self.refused += 1
            return 503, {"why": "the mail server is broken"}
        self.sent[mail["order"]] += 1
        return 200, {"sent": True}

    async def answer(self, method: str, path: str, body: Any) -> Answer:
        """One request."""
        match method, path:
            case "POST", "/mails":
                return await self.accept(body)
            case "GET", "/stats":
                return 200, self.stats()
            case "GET", "/mails":
                return 200, {"sent": dict(self.sent), "asked": dict(self.asked)}
        return 404, {"why": f"{method} {path}?"}

    def stats(self) -> dict[str, int]:
        """What it counted since it started."""
        return {
            "sent": self.sent.total(),
            "asked": self.asked.total(),
            "refused": self.refused,
            "doubles": self.sent.total() - len(self.sent),
        }

    def change(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Break or mend it, slow it down, give it more lanes."""
        self.works = settings.get("works", self.works)
        self.seconds = settings.get("seconds", self.seconds)
        if "lanes" in settings:
            self.lanes = asyncio.Semaphore(settings["lanes"])
        return {"works": self.works, "seconds": self.seconds}


def main() -> None:
    """Serve until killed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=9025)
    port = options.parse_args().port

    async def run() -> None:
        mail = MailServer()
        obey(mail.change)
        await serve(port, mail.answer)

    asyncio.run(run())


if __name__ == "__main__":
    main()
