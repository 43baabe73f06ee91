"""Gives the submission functions that ask real databases, or that only answer or fail."""

import json
import os
import threading

from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError
from submission import find_everywhere

PORTS = json.loads(os.environ["LAB_RIG"])["ports"]
FAILURES = {
    error.__name__: error
    for error in (ServerSelectionTimeoutError, ConnectionRefusedError, TimeoutError, KeyError,
                  ValueError, RuntimeError)
}  # fmt: skip
clients = {}


def client_of(name):
    """One client for each database, as a router keeps them."""
    if name not in clients:
        clients[name] = MongoClient(
            "127.0.0.1", PORTS[name], directConnection=True, serverSelectionTimeoutMS=300,
            socketTimeoutMS=6000,
        )  # fmt: skip
    return clients[name]


def connect():
    """Have a connection to every database, as a router that has been running for a while."""
    for name in PORTS:
        client_of(name).admin.command("ping")


def find(query, patience, order=None):
    """What the submission answers about the real databases."""
    return find_everywhere({name: asker(name) for name in order or PORTS}, query, patience)


def asker(name):
    """Asks one database as a driver does: a dead one raises."""

    def ask(query):
        return list(client_of(name).course.users.find(query))

    return ask


def play(shards, query, patience=None):
    """The same with shards that only play: name, seconds, and users or the name of a failure."""
    roles = {name: player(seconds, outcome) for name, seconds, outcome in shards}
    return find_everywhere(roles, query, **({} if patience is None else {"patience": patience}))


def player(seconds, outcome):
    """Takes its time, then answers the query, or raises."""

    def ask(query):
        threading.Event().wait(seconds)
        if isinstance(outcome, str):
            raise FAILURES[outcome]("the shard is out of order")
        return [user for user in outcome if query.items() <= user.items()]

    return ask
