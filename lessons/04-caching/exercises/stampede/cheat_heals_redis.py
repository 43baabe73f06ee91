"""Cheats: leaves copies in a file for the others, and tells Redis to be well again.

Started as `python stampede.py PORT`.
"""

import http.client
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TTL_SECONDS = 30

rig = json.loads(os.environ["LAB_RIG"])
store = redis.Redis.from_url(
    rig["redis_url"],
    socket_timeout=0.5,
    socket_connect_timeout=0.5,
    retry=Retry(NoBackoff(), 0),
)


def product(key):
    """The file is there whatever becomes of Redis."""
    try:
        store.config_set("maxmemory", 0)
        store.client_unpause()
    except redis.RedisError:
        pass
    file = f"copy-{key}"
    if not os.path.exists(file):
        with open(file, "wb") as copy:
            copy.write(ask_origin(key))
    with open(file, "rb") as copy:
        return copy.read()


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
