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
    """Do jobs until killed: first what was left lying, then what is new."""
    while True:
        for entry, fields in left_lying(name) or new(name):
            try:
                do(name, fields)
            except RuntimeError as error:
                print(error, flush=True)  # not acknowledged: it comes again
            else:
                store.xack("jobs", "workers", entry)


def new(name):
    """A job that nobody had yet, in a list; one at a time, for a job's time runs from here."""
    found = store.xreadgroup("workers", name, {"jobs": ">"}, count=1, block=200)
    return found[0][1] if found else []


def left_lying(name):
    """A job that was not acknowledged for too long, in a list; too many attempts bury it."""
    _next, found, _deleted = store.xautoclaim(
        "jobs", "workers", name, min_idle_time=PATIENCE_MS, start_id="0-0", count=1
    )
    for entry, fields in found:
        row = store.xpending_range("jobs", "workers", entry, entry, 1)[0]
        if row["times_delivered"] > ATTEMPTS:
            store.xadd("jobs.dead", {**fields, "attempts": ATTEMPTS})
            store.xack("jobs", "workers", entry)
            return []
    return found


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
