"""Gives the submission functions that ask real databases."""

import json
import os
import threading
import time

from pymongo import MongoClient
from submission import find_everywhere

PORTS = json.loads(os.environ["LAB_RIG"])["ports"]
CLIENTS = {
    name: MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=300, socketTimeoutMS=4000
    )
    for name, port in PORTS.items()
}


def connect():
    """Have a connection to every shard, as a router that has been running for a while."""
    for client in CLIENTS.values():
        client.admin.command("ping")


def find(query, patience, order=None, delays=None):
    """What the submission answers, and how long it took."""
    shards = {name: asker(CLIENTS[name], (delays or {}).get(name, 0)) for name in order or PORTS}
    started = time.monotonic()
    answer = find_everywhere(shards, query, patience)
    return {"answer": answer, "seconds": time.monotonic() - started}


def asker(client, delay):
    """Asks one database, after a delay, as a driver does: a dead one raises."""

    def ask(query):
        threading.Event().wait(delay)
        return list(client.course.users.find(query))

    return ask
