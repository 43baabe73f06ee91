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
    """Charge in a transaction that starts over when somebody else was faster."""
    note, account = f"order:{job['order']}", f"balance:{job['customer']}"

    def charge(pipe):
        is_new = pipe.get(note) is None
        pipe.multi()
        if is_new:
            pipe.set(note, "charged")
            pipe.decrby(account, job["amount"])

    store.transaction(charge, note)
    send_mail(job["customer"], text_of(job), key=note)


def text_of(job):
    return f"order {job['order']}: {job['amount']} charged"


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
