"""One flight in each process, which all of its visitors wait for; flights compete in Redis.

Started as `python stampede.py PORT`.
"""

import http.client
import json
import os
from concurrent.futures import Future
import time
import threading
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


FLIGHTS = {}
GUARD = threading.Lock()
UNLOCK = store.register_script(
    "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"
)


def product(key):
    """Join the flight to this product, or start one."""
    with GUARD:
        flight = FLIGHTS.get(key)
        is_pilot = flight is None
        if is_pilot:
            flight = FLIGHTS[key] = Future()
    if not is_pilot:
        return flight.result()
    try:
        flight.set_result(fetch(key))
    except BaseException as error:
        flight.set_exception(error)
    finally:
        with GUARD:
            del FLIGHTS[key]
    return flight.result()


def fetch(key):
    """From Redis, or from the origin for all processes."""
    token = f"{os.getpid()}-{time.monotonic_ns()}"
    try:
        while (copy := store.get(f"product:{key}")) is None:
            if not store.set(f"flight:{key}", token, px=3500, nx=True):
                time.sleep(0.02)
                continue
            try:
                copy = store.get(f"product:{key}")
                if copy is not None:
                    return copy
                copy = ask_origin(key)
                store.set(f"product:{key}", copy, ex=TTL_SECONDS)
            finally:
                UNLOCK(keys=[f"flight:{key}"], args=[token])
        return copy
    except redis.RedisError:
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
