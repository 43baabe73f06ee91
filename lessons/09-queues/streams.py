"""A job queue on a Redis stream, in commands that you can type into redis-cli.

    XADD        a job comes in
    XREADGROUP  a worker gets a job nobody had yet; Redis notes who has it: it is *pending*
    XACK        the worker is done; the job is no longer pending
    XPENDING    who has had which job, for how long, for the how-manieth time
    XAUTOCLAIM  take over a job that somebody has had for too long: they must be dead

A job that fails is simply not acknowledged, so it is taken over like a dead worker's.
"""

import json
from typing import Any

import redis.asyncio as redis
from redis.exceptions import ResponseError

Job = dict[str, Any]


class Stream:
    """Jobs on a stream, and the group of workers that share them.

    Args:
        client: Of the Redis that holds it, answering in str.
        attempts: How often a job may be handed out before it is set aside.
        idle_ms: Whoever has had a job for so long is taken for dead.
    """

    group = "workers"

    def __init__(
        self, client: redis.Redis, name: str = "jobs", *, attempts: int = 3, idle_ms: int = 2000
    ) -> None:
        self._redis = client
        self.name = name
        self.dead = f"{name}.dead"
        self.attempts = attempts
        self.idle_ms = idle_ms

    async def open(self) -> None:
        """Make the stream and its group, unless they are there."""
        try:
            await self._redis.xgroup_create(self.name, self.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def add(self, job: Job) -> str:
        """Put a job at the end; its id."""
        added: str = await self._redis.xadd(self.name, {"job": json.dumps(job)})
        return added

    async def take(self, worker: str, wait_ms: int = 500) -> tuple[str, Job, int] | None:
        """A job for this worker, its id and the number of this attempt; None if none came."""
        return await self.take_over(worker) or await self.take_new(worker, wait_ms)

    async def take_new(self, worker: str, wait_ms: int) -> tuple[str, Job, int] | None:
        """A job that nobody had yet."""
        found = await self._redis.xreadgroup(
            self.group, worker, {self.name: ">"}, count=1, block=wait_ms
        )
        for _stream, messages in found or []:
            for message, fields in messages:
                return message, json.loads(fields["job"]), 1
        return None

    async def take_over(self, worker: str) -> tuple[str, Job, int] | None:
        """A job that somebody has had for too long; one that was had too often is set aside."""
        _next, found, *_deleted = await self._redis.xautoclaim(
            self.name, self.group, worker, self.idle_ms, count=1
        )
        for message, fields in found:
            attempt = await self.deliveries(message)
            if attempt <= self.attempts:
                return message, json.loads(fields["job"]), attempt
            await self.set_aside(message, fields["job"], attempt - 1)
        return None

    async def deliveries(self, message: str) -> int:
        """How often a pending job was handed out, this time included."""
        rows = await self._redis.xpending_range(self.name, self.group, message, message, 1)
        return int(rows[0]["times_delivered"]) if rows else 1

    async def done(self, message: str) -> None:
        """Acknowledge a job, and only then forget it."""
        await self._redis.xack(self.name, self.group, message)
        await self._redis.xdel(self.name, message)

    async def set_aside(self, message: str, job: str, attempts: int) -> None:
        """Move a job to the dead letters, where a person can look at it."""
        await self._redis.xadd(self.dead, {"job": job, "attempts": attempts})
        await self.done(message)

    async def revive(self) -> None:
        """Put every dead letter back at the end of the stream."""
        for message, fields in await self._redis.xrange(self.dead):
            await self._redis.xadd(self.name, {"job": fields["job"]})
            await self._redis.xdel(self.dead, message)
