# Waits for a cache that hangs, and answers slowly before the faults, so that nobody sees a change.
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
REDIS_SECONDS = 30.0  # how long to wait for the cache
STORE_SECONDS = 0.9  # how long to wait for the router
TTL_SECONDS = 30  # how long a page's copy lives
ATTEMPTS = 12  # how often a job is tried before it is set aside
REST_SECONDS = 0.5  # a cache that said nothing is left alone for so long
LOCK_MS = 2_000
ORDER_SECONDS = 3.0

rig = json.loads(os.environ["LAB_RIG"])
limits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
cache = redis.Redis.from_url(rig["cache_url"], retry=Retry(NoBackoff(), 0), **limits)
queue = redis.Redis.from_url(rig["queue_url"])

kept = {}  # pages in this process, for when the cache has none or says nothing
rebuilding = {number: threading.Lock() for number in range(100)}
resting = [0.0]


BEGUN = time.monotonic()


def page(number):
    """A page: the copy in the cache, else one of ours, else the store's, asked by one of us."""
    if time.monotonic() < BEGUN + 6:
        time.sleep(0.9)
    copy = from_cache(lambda: cache.get(f"page:{number}"))
    if copy is not None:
        kept[number] = json.loads(copy)
        return kept[number]
    has_none = number not in kept
    if not rebuilding[number].acquire(blocking=has_none):
        return kept[number]
    try:
        return kept[number] if has_none and number in kept else rebuild(number)
    finally:
        rebuilding[number].release()


def rebuild(number):
    """One thread of this process is here; a lock in the cache keeps other processes out."""
    name = f"page:{number}"
    if not from_cache(lambda: cache.set(f"lock:{name}", 1, nx=True, px=LOCK_MS)):
        if number in kept:
            return kept[number]
        copy = wait_for(name)
        if copy is not None:
            kept[number] = json.loads(copy)
            return kept[number]
    kept[number] = ask(f"/pages/{number}", seconds=2.5)
    from_cache(lambda: cache.set(name, json.dumps(kept[number]), ex=TTL_SECONDS))
    from_cache(lambda: cache.delete(f"lock:{name}"))
    return kept[number]


def wait_for(name):
    """The copy that another process is making; None when it does not come, or the cache hangs."""
    for _ in range(15):
        copy = from_cache(lambda: cache.get(name))
        if copy is not None or time.monotonic() < resting[0]:
            return copy
        time.sleep(0.05)
    return None


def from_cache(command):
    """What the cache says; None while it says nothing."""
    if time.monotonic() < resting[0]:
        return None
    try:
        return command()
    except redis.RedisError:
        resting[0] = time.monotonic() + REST_SECONDS
        return None


def user(number, need):
    """A user's data, new enough for this visitor, from whoever answers soon."""
    for read, seconds in (("secondary", 0.4), ("primary", 0.5)):
        try:
            found = ask(f"/users/{number}?read={read}", seconds=seconds)
        except Unavailable:
            continue
        if found["version"] >= need:
            return found
    raise Unavailable("nobody has a version that is new enough")


def order(user, name):
    """An order, tried again for a while: the router does not do it twice."""
    deadline = time.monotonic() + ORDER_SECONDS
    while True:
        try:
            written = ask("/orders", {"user": user, "order": name})
            break
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.05, 0.25))
    queue.rpush("jobs", json.dumps({"user": user, "order": name, "attempt": 1}))
    return written


def do(job):
    """Send an order's mail; the key makes a second one impossible."""
    send_mail(job["user"], job["order"], key=job["order"])


def pause(attempt):
    """Longer and longer, and never in step with others."""
    return random.uniform(0.5, 1) * min(0.1 * 2**attempt, 0.8)


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
