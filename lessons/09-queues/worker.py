"""One of five workers: takes jobs from the queue and does them, one at a time.

Runs alone:  python worker.py --name worker-1 --redis redis://localhost --mail 9025

It works for two queues: BullMQ's, and the one on a raw stream (streams.py).
SIGTERM: finish the job, then leave. SIGUSR1: take no more jobs. SIGUSR2: go on.
"""

import argparse
import asyncio
import contextlib
import os
import signal
from typing import Any

import redis.asyncio as redis
from backoff import for_bullmq
from bullmq import Job, Worker
from confirm import Clerk
from redis.exceptions import RedisError
from streams import Stream

from lab.report import report

QUEUE = "mails"


def bullmq_worker(name: str, url: str, clerk: Clerk, lock_ms: int, check_ms: int) -> Worker:
    """A worker of the library's; it starts at once."""

    async def process(job: Job, _token: str) -> None:
        await clerk.confirm(job.data, job.attemptsMade + 1)

    worker = Worker(
        QUEUE,
        process,
        {
            "connection": url,
            "name": name,
            "concurrency": 1,
            "lockDuration": lock_ms,  # renewed while we live; then the job counts as abandoned
            "stalledInterval": check_ms,  # how often somebody looks for abandoned jobs
            "maxStalledCount": 1,  # abandoned twice: set aside
            "drainDelay": 1,
            "runRetryDelay": 500,
            "settings": {"backoffStrategy": for_bullmq},
        },
    )
    worker.id = f"{name}.{os.getpid()}"  # so that a job's lock says who has it
    worker.on("stalled", lambda job: _note(f"job {job} was abandoned: back in the queue", "info"))
    worker.on("failed", _tell_dead_letter)
    return worker


def _tell_dead_letter(job: Job, error: Exception) -> None:
    if job.attemptsMade >= job.opts["attempts"]:
        _note(f"set aside after {job.attemptsMade} attempts: {error}", "bad")


def _note(text: str, tone: str) -> None:
    report("note", text=text, tone=tone, node="queue")


class StreamWorker:
    """The same for the raw stream: take, do, acknowledge."""

    def __init__(self, stream: Stream, clerk: Clerk) -> None:
        self._stream = stream
        self._clerk = clerk
        self.is_resting = False

    async def run(self) -> None:
        """Work until cancelled; a Redis that forgot the group is told again."""
        while True:
            try:
                await self._stream.open()
                await self._work()
            except RedisError:
                await asyncio.sleep(0.2)

    async def _work(self) -> None:
        while not self.is_resting:
            taken = await self._stream.take(self._clerk.name)
            if taken is not None:
                message, job, attempt = taken
                with contextlib.suppress(Exception):  # not acknowledged: somebody will take it over
                    await self._clerk.confirm(job, attempt)
                    await self._stream.done(message)
        await asyncio.sleep(0.05)


async def work(options: argparse.Namespace) -> None:
    """Start both, and listen to signals."""
    client = redis.Redis.from_url(options.redis, decode_responses=True, socket_timeout=10)
    clerk = Clerk(options.name, options.mail)
    bull = bullmq_worker(options.name, options.redis, clerk, options.lock, options.check)
    # Until it knows Redis's version it waits in whole seconds, also for jobs due in 0.2 s.
    await bull.blockingRedisConnection.getRedisVersion()
    by_hand = StreamWorker(Stream(client, idle_ms=options.idle), clerk)
    streaming = asyncio.create_task(by_hand.run())
    leaves, in_turn = asyncio.Event(), asyncio.Lock()
    tasks: set[asyncio.Task[Any]] = set()

    async def rest(is_resting: bool) -> None:
        async with in_turn:  # a break that ends before it has begun stops BullMQ's loop for ever
            by_hand.is_resting = is_resting
            if is_resting:
                await bull.pause()
            else:
                bull.resume()
            await client.hset("workers", options.name, "rests" if is_resting else "works")

    def on(number: int, is_resting: bool) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(number, lambda: tasks.add(loop.create_task(rest(is_resting))))

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaves.set)
    on(signal.SIGUSR1, True)
    on(signal.SIGUSR2, False)
    await rest(False)
    await leaves.wait()
    streaming.cancel()
    await bull.close()


def main() -> None:
    """Work until told to leave."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--name", default=f"worker-{os.getpid()}")
    options.add_argument("--redis", default="redis://127.0.0.1:6379")
    options.add_argument("--mail", type=int, default=9025, help="the mail server's port")
    options.add_argument("--lock", type=int, default=30_000, help="BullMQ's lockDuration in ms")
    options.add_argument("--check", type=int, default=30_000, help="its stalledInterval in ms")
    options.add_argument("--idle", type=int, default=2_000, help="the stream's patience in ms")
    asyncio.run(work(options.parse_args()))


if __name__ == "__main__":
    main()
