"""One of several workers on a stream.

Started as `python consumer.py NAME`.
"""

import asyncio
import http.client
import json
import os
import sys

import redis
import redis.asyncio

PATIENCE_MS = 1_500  # who has had a job for so long is dead, or has failed
ATTEMPTS = 3

rig = json.loads(os.environ["LAB_RIG"])
store = redis.Redis.from_url(rig["redis_url"], decode_responses=True)


async def consume(name):
    """Everything over asyncio; the job itself in a thread."""
    there = redis.asyncio.Redis.from_url(rig["redis_url"], decode_responses=True)
    while True:
        _, found, *_ = await there.xautoclaim("jobs", "workers", name, PATIENCE_MS, "-", count=1)
        is_old = bool(found)
        if not is_old:
            new = await there.xreadgroup("workers", name, {"jobs": ">"}, count=1, block=150)
            found = new[0][1] if new else []
        for entry, fields in found:
            if is_old and await is_hopeless(there, entry):
                await there.xadd("jobs.dead", {**fields, "attempts": ATTEMPTS})
            elif not await tried(name, fields):
                continue
            await there.xack("jobs", "workers", entry)


async def is_hopeless(there, entry):
    (row,) = await there.xpending_range("jobs", "workers", entry, entry, 1)
    return row["times_delivered"] > ATTEMPTS


async def tried(name, fields):
    try:
        await asyncio.to_thread(do, name, fields)
    except RuntimeError:
        return False
    return True


def work(name):
    """Until killed."""
    asyncio.run(consume(name))


# What follows is done: the job itself.


def do(name, fields):
    """Do a job; raises when it fails."""
    connection = http.client.HTTPConnection("127.0.0.1", rig["port"], timeout=30)
    try:
        connection.request("POST", f"/{name}", body=json.dumps(fields))
        status = connection.getresponse().status
        if status != 200:
            raise RuntimeError(f"job {fields['job']}: {status}")
    finally:
        connection.close()


if __name__ == "__main__":
    store.set(f"ready:{sys.argv[1]}", 1)
    work(sys.argv[1])
