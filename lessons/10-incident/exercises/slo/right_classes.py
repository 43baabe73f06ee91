"""A shop: `python service.py app NAME PORT` answers visitors, `... worker NAME` sends mails."""

import http.client
import json
import os
import random
import sys
import threading
import time
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


class Breaker:
    """Leaves somebody alone for a while who did not answer."""

    def __init__(self, seconds):
        self.seconds, self.until = seconds, 0.0

    def call(self, function, *args, **kwargs):
        if time.monotonic() < self.until:
            return None
        try:
            return function(*args, **kwargs)
        except redis.RedisError:
            self.until = time.monotonic() + self.seconds
            return None


class Pages:
    """Copies here and in the cache; each is built by one thread at a time."""

    def __init__(self):
        self.copies = {}
        self.locks = {}
        self.redis = Breaker(1.0)

    def get(self, number):
        shared = self.redis.call(cache.get, f"page-{number}")
        if shared:
            self.copies[number] = json.loads(shared)
        elif number not in self.copies:
            with self.locks.setdefault(number, threading.Lock()):
                if number not in self.copies:
                    self.build(number)
        else:
            self.publish(number)
        return self.copies[number]

    def build(self, number):
        self.copies[number] = ask(f"/pages/{number}", seconds=2.5)
        self.publish(number)

    def publish(self, number):
        self.redis.call(cache.setex, f"page-{number}", TTL_SECONDS, json.dumps(self.copies[number]))


PAGES = Pages()


def page(number):
    """A page: the same for everybody."""
    return PAGES.get(number)


def user(number, need):
    """Who has ordered is sent to the primary first, everybody else to a secondary."""
    order = ("primary", "secondary") if need else ("secondary", "primary")
    for read in (*order, order[0]):
        try:
            found = ask(f"/users/{number}?read={read}", seconds=0.33)
        except Unavailable:
            continue
        if found["version"] >= need:
            return found
    raise Unavailable("not new enough")


def order(user, name, tries=14):
    """Written first, then queued."""
    try:
        written = ask("/orders", {"user": user, "order": name})
    except Unavailable:
        if tries == 0:
            raise
        time.sleep(0.2)
        return order(user, name, tries - 1)
    queue.rpush("jobs", json.dumps({"attempt": 1, "order": name, "user": user}))
    return written


def do(job):
    """Send an order's mail."""
    send_mail(job["user"], job["order"], key="mail/" + job["order"])


def pause(attempt):
    """How many seconds a job waits after so many attempts that failed."""
    return [0.1, 0.2, 0.3, 0.4][min(attempt, 4) - 1]


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
