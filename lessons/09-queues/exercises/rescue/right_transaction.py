"""One of several workers on a stream.

Started as `python consumer.py NAME`.
"""

import http.client
import json
import os
import sys

import redis

PATIENCE_MS = 1_500  # who has had a job for so long is dead, or has failed
ATTEMPTS = 3

rig = json.loads(os.environ["LAB_RIG"])
store = redis.Redis.from_url(rig["redis_url"], decode_responses=True)


def work(name):
    """Look at what is pending, then read; a burial is one transaction."""
    while True:
        entry = oldest()
        claimed = store.xclaim("jobs", "workers", name, PATIENCE_MS, [entry]) if entry else []
        if claimed:
            ((entry, fields),) = claimed
            if deliveries(entry) > ATTEMPTS:
                bury(entry, fields)
            else:
                attempt(name, entry, fields)
            continue
        for _, entries in store.xreadgroup("workers", name, {"jobs": ">"}, count=1, block=100):
            for entry, fields in entries:
                attempt(name, entry, fields)


def oldest():
    rows = store.xpending_range("jobs", "workers", "-", "+", 1, idle=PATIENCE_MS)
    return rows[0]["message_id"] if rows else None


def deliveries(entry):
    return store.xpending_range("jobs", "workers", entry, entry, 1)[0]["times_delivered"]


def bury(entry, fields):
    with store.pipeline(transaction=True) as both:
        both.xadd("jobs.dead", fields | {"attempts": ATTEMPTS})
        both.xack("jobs", "workers", entry)
        both.execute()


def attempt(name, entry, fields):
    try:
        do(name, fields)
    except Exception as error:
        print(f"{entry}: {error}", flush=True)
    else:
        store.xack("jobs", "workers", entry)


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
