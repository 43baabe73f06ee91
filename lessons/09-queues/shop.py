"""The shop: takes orders over HTTP and leaves the mail for later.

Runs alone:  python shop.py --port 8000 --redis redis://localhost --mail 9025

    POST /orders  {"orders": [{"order": "o-1"}], "how": "bullmq", "options": {"attempts": 3}}
                  how: bullmq or stream leaves the mail for later; now sends it before answering
    POST /revive  {}: what was set aside gets another chance
    POST /steady  {"rate": 40, "order": {...}}: so many orders a second, evenly; 0 ends it
"""

import argparse
import asyncio
import itertools
import time
from typing import Any

import redis.asyncio as redis
from bullmq import Queue
from confirm import Clerk
from redis.exceptions import RedisError
from streams import Stream
from web import Answer, Refused, serve

from lab.report import report

QUEUE = "mails"
TICK_SECONDS = 0.02
OPTIONS = {
    "attempts": 8,  # over 25 seconds: an outage passes, and a job that can never be done is found
    "backoff": {"type": "exponential", "delay": 200},
    "removeOnComplete": True,
}


class Shop:
    """Takes orders; each becomes a job."""

    def __init__(self, url: str, clerk: Clerk) -> None:
        self._queue = Queue(QUEUE, {"connection": url})
        client = redis.Redis.from_url(url, decode_responses=True)
        self._stream = Stream(client)
        self._clerk = clerk
        self._steady: asyncio.Task[None] | None = None

    async def answer(self, method: str, path: str, body: Any) -> Answer:
        """One request."""
        try:
            match method, path:
                case "POST", "/orders":
                    await self.take(body["orders"], body.get("how", "bullmq"), body.get("options"))
                    return 200, {"taken": len(body["orders"])}
                case "POST", "/revive":
                    await self.revive()
                    return 200, {}
                case "POST", "/steady":
                    self.keep_coming(body["rate"], body.get("order", {}))
                    return 200, {}
        except RedisError as error:
            return 503, {"why": f"the queue: {error}"}
        except Refused as error:
            return 502, {"why": f"the mail server: {error}"}
        return 404, {"why": f"{method} {path}?"}

    async def take(self, orders: list[dict[str, Any]], how: str, options: Any = None) -> None:
        """Do now, or put into a queue."""
        for order in orders:
            order["at"] = time.time()
        if how == "now":
            for order in orders:
                await self._clerk.confirm(order, 1)
            return
        if how == "stream":
            for order in orders:
                await self._stream.add(order)
        else:
            opts = {**OPTIONS, **(options or {})}
            jobs = [{"name": "confirm", "data": order, "opts": opts} for order in orders]
            await self._queue.addBulk(jobs)
        report("traffic", source="shop", target="queue", requests=len(orders), errors=0)

    async def revive(self) -> None:
        """Put what was set aside back into the queue, with all its attempts."""
        for job in await self._queue.getJobs(["failed"]):
            await job.retry("failed", {"resetAttemptsMade": True})
        await self._stream.revive()

    def keep_coming(self, rate: float, order: dict[str, Any]) -> None:
        """Take orders at an even pace from now on."""
        if self._steady is not None:
            self._steady.cancel()
        self._steady = asyncio.create_task(self._take_steadily(rate, order)) if rate else None

    async def _take_steadily(self, rate: float, order: dict[str, Any]) -> None:
        begun, taken, names = time.monotonic(), 0, itertools.count(time.time_ns() // 1000)
        while True:
            await asyncio.sleep(TICK_SECONDS)
            due = int((time.monotonic() - begun) * rate) - taken
            if due:
                taken += due
                orders = [{"order": f"s-{next(names)}", **order} for _ in range(due)]
                await self.take(orders, "bullmq")


def main() -> None:
    """Serve until killed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--redis", default="redis://127.0.0.1:6379")
    options.add_argument("--mail", type=int, default=9025, help="the mail server's port")
    chosen = options.parse_args()

    async def run() -> None:
        shop = Shop(chosen.redis, Clerk("shop", chosen.mail))
        await serve(chosen.port, shop.answer)

    asyncio.run(run())


if __name__ == "__main__":
    main()
