"""An update that decides itself, as a pipeline: a payment that is there adds nothing."""

import time
from contextlib import suppress

import pymongo
from pymongo.errors import PyMongoError


class NotBooked(RuntimeError):
    """Nobody knows."""


def connect(uri):
    return pymongo.MongoClient(uri, w="majority", journal=True, retryWrites=True)


def steps(payment):
    known = {"$ifNull": ["$known", []]}
    is_new = {"$not": [{"$in": [payment["id"], known]}]}
    return [
        {
            "$set": {
                "balance": {"$add": ["$balance", {"$cond": [is_new, payment["amount"], 0]}]},
                "known": {"$setUnion": [known, [payment["id"]]]},
            }
        }
    ]


def pay(accounts, payment, patience=10.0):
    give_up = time.monotonic() + patience
    with suppress(PyMongoError), pymongo.timeout(patience):
        while time.monotonic() < give_up:
            try:
                result = accounts.update_one({"_id": payment["account"]}, steps(payment))
            except PyMongoError:
                time.sleep(0.05)
                continue
            if result.matched_count == 0:
                raise LookupError(f"no account {payment['account']}")
            # A change that changes nothing is acknowledged like any other.
            return
    raise NotBooked(payment["id"])
