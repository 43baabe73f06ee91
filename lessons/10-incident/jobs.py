"""A worker of the mail queue: a Redis stream, attempts further and further apart, dead letters.

Started by the lab as `python jobs.py NAME REDIS MAIL`. Lesson 9 has all of this at length.
"""

import asyncio
import json
import sys
from typing import Any

import redis.asyncio as redis
from redis.exceptions import RedisError, ResponseError
from web import Tally, ask

from lab.report import report

STREAM, GROUP, DEAD = "mails", "workers", "mails.dead"
ATTEMPTS = 5
FIRST_MS = 800  # a job that was begun so long ago and is not done is begun again
BEFORE_SECONDS, AFTER_SECONDS = 0.05, 0.1


def patience_ms(attempt: int) -> int:
    """How long a job is left alone after its so many-th attempt began."""
    return FIRST_MS * 2 ** (attempt - 1)


class Jobs:
    """Takes jobs, does them, acknowledges them."""

    def __init__(self, name: str, url: str, mail: int) -> None:
        self.name, self.mail = name, mail
        self.tally = Tally()
        self._redis = redis.Redis.from_url(url, decode_responses=True, socket_timeout=5)

    async def run(self) -> None:
        """Until killed; a Redis that is away or has forgotten the group is met anew."""
        while True:
            try:
                await self._open()
                while True:
                    await self._turn()
            except RedisError:
                await asyncio.sleep(0.2)

    async def _open(self) -> None:
        try:
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _turn(self) -> None:
        """Abandoned jobs first, then a new one."""
        rows = await self._redis.xpending_range(STREAM, GROUP, "-", "+", 50)
        for row in rows:
            attempt = int(row["times_delivered"])
            if row["time_since_delivered"] >= patience_ms(attempt):
                await self._take_over(row["message_id"], attempt)
        found = await self._redis.xreadgroup(GROUP, self.name, {STREAM: ">"}, count=1, block=300)
        for _stream, messages in found or []:
            for message, fields in messages:
                await self._do(message, json.loads(fields["job"]))

    async def _take_over(self, message: str, attempt: int) -> None:
        taken = await self._redis.xclaim(STREAM, GROUP, self.name, patience_ms(attempt), [message])
        for _message, fields in taken:
            if attempt >= ATTEMPTS:
                await self._redis.xadd(DEAD, {"job": fields["job"], "attempts": attempt})
                await self._done(message)
                report("note", text=f"set aside after {attempt} attempts", tone="bad", node="queue")
            else:
                await self._do(message, json.loads(fields["job"]))

    async def _do(self, message: str, job: dict[str, Any]) -> None:
        """Not acknowledged means: somebody will begin it again."""
        await self._redis.hset("busy", self.name, message)
        await asyncio.sleep(BEFORE_SECONDS)
        mail = {"to": job.get("user"), "order": job["order"]}
        key = {"key": job["order"]} if job.get("key") else {}
        sent = job.get("user") is not None  # a job without an address can never be done
        if sent:
            answer = await ask(self.mail, "/mails", {**mail, **key}, timeout=1.0)
            self.tally.add(self.name, "mail", answer.ms, ok=answer.ok)
            sent = answer.ok
        await asyncio.sleep(AFTER_SECONDS)  # what is done after the mail: a kill may come here
        if sent:
            await self._done(message)
        await self._redis.hdel("busy", self.name)

    async def _done(self, message: str) -> None:
        await self._redis.xack(STREAM, GROUP, message)
        await self._redis.xdel(STREAM, message)


async def main(name: str, url: str, mail: int) -> None:
    """Work and tell."""
    jobs = Jobs(name, url, mail)
    await asyncio.gather(jobs.run(), jobs.tally.tell())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
