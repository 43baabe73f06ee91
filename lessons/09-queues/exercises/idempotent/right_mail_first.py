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

ONCE = store.register_script("""
local before = redis.call('HSETNX', 'done', KEYS[1], ARGV[1])
if before == 0 then return 0 end
return redis.call('INCRBY', 'balance:' .. KEYS[1 + 1], -tonumber(ARGV[1]))
""")


def handle(job):
    """The mail, then the money: both know the order."""
    number, who, amount = str(job["order"]), job["customer"], int(job["amount"])
    text = "order {}: {} charged".format(number, amount)
    send_mail(to=who, text=text, key=text)
    ONCE(keys=[number, who], args=[amount])


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
