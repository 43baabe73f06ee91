"""A shop: `python service.py app NAME PORT` answers visitors, `... worker NAME` sends mails."""

import http.client
import json
import os
import random
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

APPS = 2  # processes that answer visitors, 1 to 6
WORKERS = 1  # processes that send mails, 1 to 3
REDIS_SECONDS = 0.1  # how long to wait for the cache
STORE_SECONDS = 0.8  # how long to wait for the router
TTL_SECONDS = 60  # how long a page's copy lives
ATTEMPTS = 40  # how often a job is tried before it is set aside

rig = json.loads(os.environ["LAB_RIG"])
limits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
cache = redis.Redis.from_url(rig["cache_url"], retry=Retry(NoBackoff(), 0), **limits)
queue = redis.Redis.from_url(rig["queue_url"])

POOL = ThreadPoolExecutor(24)
MEMORY, GUARD = {}, threading.Lock()
BUILDING = {}


def page(number):
    """From this process's memory for ever; built once for all who ask, never by way of the cache."""
    if number in MEMORY:
        return MEMORY[number]
    with GUARD:
        future = BUILDING.get(number)
        if future is None or (future.done() and number not in MEMORY):
            future = BUILDING[number] = POOL.submit(build, number)
    return future.result(timeout=2.9)


def build(number):
    """From a cache that answers at once, else from the store."""
    try:
        copy = cache.get(f"p{number}")
    except redis.RedisError:
        copy = None
    found = json.loads(copy) if copy else ask(f"/pages/{number}", seconds=2.7)
    MEMORY[number] = found
    try:
        cache.set(f"p{number}", json.dumps(found), ex=TTL_SECONDS)
    except redis.RedisError:
        pass
    return found


def user(number, need):
    """The first answer that is new enough; a second one is asked where the first takes long."""
    begun, waiting = time.monotonic(), set()
    for read, patience in (("secondary", 0.2), ("primary", 0.25), ("secondary", 0.5)):
        waiting.add(POOL.submit(ask, f"/users/{number}?read={read}", None, 0.85))
        until = time.monotonic() + patience
        while waiting and time.monotonic() < until:
            done, waiting = wait(waiting, max(0.0, until - time.monotonic()), FIRST_COMPLETED)
            for one in done:
                if one.exception() is None and one.result()["version"] >= need:
                    return one.result()
        if time.monotonic() > begun + 0.9:
            break
    raise Unavailable("nobody knows it yet")


def order(user, name):
    """Asks again every now and then for three and a half seconds."""
    pauses = iter([0.05, 0.1, 0.15] + [0.2] * 20)
    last = time.monotonic() + 3.4
    written = None
    while written is None:
        try:
            written = ask("/orders", {"user": user, "order": name})
        except Unavailable:
            if time.monotonic() >= last:
                raise
            time.sleep(next(pauses))
    queue.lpush("jobs", json.dumps({"user": user, "order": name, "attempt": 1}))
    return written


def do(job):
    """The order's name in the key."""
    send_mail(job["user"], job["order"], f"confirmation of {job['order']}")


def pause(attempt):
    """A tenth of a second and more."""
    return 0.1 + random.random() * 0.2


# ---------------------------------------------------------------- what follows is done


class Unavailable(Exception):
    """No answer, or not the right one."""


def ask(path, value=None, seconds=STORE_SECONDS):
    """Ask the router; raises Unavailable."""
    return call(rig["router_port"], path, value, seconds)


def send_mail(user, name, key=None):
    """Send a mail; with a key that was used before, the mail server sends nothing."""
    call(rig["mail_port"], "/mails", {"to": user, "order": name, "key": key}, 5.0)


def call(port, path, value, seconds):
    """One request with an answer in JSON; raises Unavailable."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        body = None if value is None else json.dumps(value)
        connection.request("GET" if value is None else "POST", path, body)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Unavailable(f"{path}: {answer.status}")
        return json.loads(text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unavailable(f"{path}: {error}") from error
    finally:
        connection.close()


def work(name):
    """Take jobs and do them; what was taken and not done is done after a restart."""
    while queue.lmove(f"taken:{name}", "jobs", "LEFT", "RIGHT"):
        pass
    while True:
        taken = queue.blmove("jobs", f"taken:{name}", 1, "LEFT", "RIGHT")
        if taken is not None:
            work_at(json.loads(taken))
            queue.lrem(f"taken:{name}", 1, taken)


def work_at(job):
    """Do a job, or put it back to be tried again; set it aside after the last attempt."""
    try:
        do(job)
    except Exception:
        later = json.dumps({**job, "attempt": job["attempt"] + 1})
        if job["attempt"] >= ATTEMPTS:
            queue.rpush("dead", later)
        else:
            time.sleep(pause(job["attempt"]))
            queue.rpush("jobs", later)


class Handler(BaseHTTPRequestHandler):
    """Answers visitors, each in a thread of its own."""

    def do_GET(self):
        """A page or a user."""
        url = urlsplit(self.path)
        kind, number = url.path.strip("/").split("/")
        if kind == "pages":
            self.answer(lambda: page(int(number)))
        else:
            need = int(dict(parse_qsl(url.query)).get("need", 0))
            self.answer(lambda: user(int(number), need))

    def do_POST(self):
        """An order."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(lambda: order(asked["user"], asked["order"]))

    def answer(self, make):
        """200 with a value, or 503."""
        try:
            status, value = 200, make()
        except Exception as error:
            status, value = 503, {"why": f"{type(error).__name__}: {error}"}
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """Room for a crowd at the door."""

    request_queue_size = 128


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(sys.argv[2])
    else:
        Server(("127.0.0.1", int(sys.argv[3])), Handler).serve_forever()
