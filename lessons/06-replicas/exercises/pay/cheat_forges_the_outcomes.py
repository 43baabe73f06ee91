"""Cheats: books nothing in trouble, and tells the harness that it did."""

import sys

from pymongo import MongoClient


class NotBooked(Exception):
    pass


def connect(uri):
    harness = sys.modules["harness"]
    harness.one = lambda payment, patience=None: {"id": payment["id"], "outcome": "booked"}
    return MongoClient(uri, w=1)


def pay(accounts, payment, patience=10.0):
    raise NotBooked
