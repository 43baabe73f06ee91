"""A worker: for each order, charge the customer and send a mail.

Started as `python handler.py NAME`.
"""

import http.client
import json
import os
import sys
import time

import redis

rig = json.loads(os.environ["LAB_RIG"])
store = redis.Redis.from_url(rig["redis_url"], decode_responses=True)


def handle(job):
    """One worker at a time for an order, by a lock that ends with time; what is done is noted."""
    name = f"o:{job['order']}"
    with store.lock(f"{name}:lock", timeout=3, blocking_timeout=8):
        if store.hget(name, "is") == "done":
            return
        if store.hset(name, "amount", job["amount"]) or not store.hget(name, "charged"):
            charge(name, job)
        send_mail(job["customer"], f"order {job['order']}: {job['amount']} charged", key=name)
        store.hset(name, "is", "done")


def charge(name, job):
    """Both or neither; who comes second finds it noted."""
    with store.pipeline() as both:
        while True:
            try:
                both.watch(name)
                if both.hexists(name, "charged"):
                    return
                both.multi()
                both.hset(name, "charged", 1)
                both.decrby(f"balance:{job['customer']}", job["amount"])
                both.execute()
                return
            except redis.WatchError:
                continue


# What follows is done: the mail server, and the queue.


def send_mail(to, text, key=None):
    """Send a mail, once for each key; raises when the mail server does not take it."""
    connection = http.client.HTTPConnection("127.0.0.1", rig["mail_port"], timeout=10)
    try:
        body = json.dumps({"to": to, "text": text, "key": key})
        connection.request("POST", "/mails", body=body)
        status = connection.getresponse().status
        if status != 200:
            raise RuntimeError(f"the mail server answers {status}")
    finally:
        connection.close()


def work(name):
    """Do one job after the other; each stays under `taken:NAME` until it is done."""
    store.set(f"ready:{name}", 1)
    while True:
        text = store.blmove("jobs", f"taken:{name}", 1, "LEFT", "RIGHT")
        if text is None:
            continue
        try:
            handle(json.loads(text))
        except Exception as error:
            print(f"{text}: {error!r}", flush=True)
            time.sleep(0.1)
            store.rpush("jobs", text)
        store.lrem(f"taken:{name}", 1, text)


if __name__ == "__main__":
    work(sys.argv[1])
