"""Book payments exactly once, whatever happens to the primary."""

import threading
import time
from typing import Any

import pymongo
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import ConnectionFailure, ExecutionTimeout, WriteConcernError

PAUSE_SECONDS = 0.05
TRANSIENT = (ConnectionFailure, ExecutionTimeout, WriteConcernError)


class NotBooked(Exception):
    """Patience is over, and nobody knows whether the payment was booked."""


def connect(uri: str) -> MongoClient:
    """Return a client of the replica set."""
    return MongoClient(uri, w="majority")


def pay(accounts: Collection, payment: dict[str, Any], patience: float = 10.0) -> None:
    """Book a payment; return when it can no longer be lost."""
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0:
        try:
            with pymongo.timeout(left):
                return book(accounts, payment)
        except TRANSIENT:
            threading.Event().wait(PAUSE_SECONDS)
    raise NotBooked(payment["id"])


def book(accounts: Collection, payment: dict[str, Any]) -> None:
    """Add the amount and the payment's id in one step, unless the id is there."""
    found = accounts.update_one(
        {"_id": payment["account"], "payments": {"$ne": payment["id"]}},
        {"$inc": {"balance": payment["amount"]}, "$push": {"payments": payment["id"]}},
    )
    # Nothing to do is acknowledged by a majority, too: an earlier try is then safe as well.
    if found.matched_count == 0 and accounts.find_one({"_id": payment["account"]}) is None:
        raise LookupError(payment["account"])
