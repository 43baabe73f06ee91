"""Mutant: those without the lock soon ask, too.

Started as `python stampede.py PORT`.
"""

import http.client
import json
import os
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TTL_SECONDS = 30
LOCK_MS = 3_000  # longer than the slowest rebuild, shorter than a visitor's patience
POLL_SECONDS = 0.03

# Only the owner may remove the lock: by now it may have ended and belong to another.
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

rig = json.loads(os.environ["LAB_RIG"])
store = redis.Redis.from_url(
    rig["redis_url"],
    socket_timeout=0.5,
    socket_connect_timeout=0.5,
    retry=Retry(NoBackoff(), 0),
)


def product(key):
    """The product: the copy in Redis, else one rebuild for everybody."""
    try:
        copy = store.get(f"product:{key}")
        return rebuild(key) if copy is None else copy
    except redis.RedisError:
        return ask_origin(key)


def rebuild(key):
    """Ask the origin if the lock is ours, else wait for the copy."""
    deadline = time.monotonic() + 0.1
    while time.monotonic() < deadline:
        mine = uuid.uuid4().hex
        if store.set(f"lock:{key}", mine, nx=True, px=LOCK_MS):
            return rebuild_alone(key, mine)
        time.sleep(POLL_SECONDS)
        copy = store.get(f"product:{key}")
        if copy is not None:
            return copy
    return ask_origin(key)


def rebuild_alone(key, mine):
    """Ask the origin and leave a copy; the lock is ours."""
    try:
        copy = store.get(f"product:{key}")  # it may have come just before we got the lock
        if copy is None:
            copy = ask_origin(key)
            store.set(f"product:{key}", copy, ex=TTL_SECONDS)
        return copy
    finally:
        store.eval(RELEASE, 1, f"lock:{key}", mine)


# What follows is done: asking the origin, and answering visitors.


def ask_origin(key):
    """One slow read."""
    connection = http.client.HTTPConnection("127.0.0.1", rig["origin_port"], timeout=5)
    try:
        connection.request("GET", f"/products/{key}")
        return connection.getresponse().read()
    finally:
        connection.close()


class Handler(BaseHTTPRequestHandler):
    """Answers visitors, each in a thread of its own."""

    def do_GET(self):
        """One product."""
        body = product(self.path.removeprefix("/products/"))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """Room for a crowd at the door."""

    request_queue_size = 128


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
