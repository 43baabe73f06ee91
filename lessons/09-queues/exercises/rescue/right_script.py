"""One of several workers on a stream.

Started as `python consumer.py NAME`.
"""

import http.client
import itertools
import json
import os
import sys

import redis

PATIENCE_MS = 1_500  # who has had a job for so long is dead, or has failed
ATTEMPTS = 3

rig = json.loads(os.environ["LAB_RIG"])
store = redis.Redis.from_url(rig["redis_url"], decode_responses=True)


BURY = """
redis.call('XADD', 'jobs.dead', '*', unpack(ARGV, 2))
return redis.call('XACK', 'jobs', 'workers', ARGV[1])
"""


class Consumer:
    """Two sources of jobs, the old one first; a script of Redis for those that are given up."""

    def __init__(self, name):
        self.name = name

    def abandoned(self):
        found = store.xautoclaim("jobs", "workers", self.name, PATIENCE_MS, count=1)[1]
        return [(entry, fields, self.tries_of(entry)) for entry, fields in found]

    def fresh(self):
        found = store.xreadgroup("workers", self.name, {"jobs": ">"}, count=1, block=200)
        return [(entry, fields, 1) for _, some in found for entry, fields in some]

    def tries_of(self, entry):
        (row,) = store.xpending_range("jobs", "workers", min=entry, max=entry, count=1)
        return row["times_delivered"]

    def handle(self, entry, fields, tries):
        if tries > ATTEMPTS:
            letter = itertools.chain(*fields.items(), ("attempts", str(tries - 1)))
            store.eval(BURY, 0, entry, *letter)
            return
        try:
            do(self.name, fields)
        except RuntimeError:
            return
        store.xack("jobs", "workers", entry)

    def run(self):
        while True:
            for one in self.abandoned() or self.fresh():
                self.handle(*one)


def work(name):
    Consumer(name).run()


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
