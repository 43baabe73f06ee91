"""One script says what there is to do: here is the copy, rebuild it, or wait.

Started as `python stampede.py PORT`.
"""

import http.client
import json
import os
import uuid
import time
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


ASK = """
local copy = redis.call('GET', KEYS[1])
if copy then return {'copy', copy} end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', 4500) then return {'rebuild', ''} end
return {'wait', ''}
"""
DONE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return redis.call('DEL', KEYS[2])
"""


def product(key):
    """Ask the script until there is a copy, or a task."""
    names, me = [f"product:{key}", f"rebuild:{key}"], uuid.uuid4().hex
    try:
        for _ in range(400):
            what, copy = store.eval(ASK, 2, *names, me)
            if what == b"copy":
                return copy
            if what == b"rebuild":
                copy = ask_origin(key)
                store.eval(DONE, 2, *names, me, copy, TTL_SECONDS)
                return copy
            time.sleep(0.025)
    except redis.RedisError:
        pass
    return ask_origin(key)


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
