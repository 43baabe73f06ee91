"""One findAndModify with a field for each payment; what was there is made safe by a write."""

import time

import pymongo
from pymongo import MongoClient, WriteConcern
from pymongo.errors import PyMongoError


class NotBooked(Exception):
    pass


def connect(uri):
    return MongoClient(uri)


def pay(accounts, payment, patience=10.0):
    sure = accounts.with_options(write_concern=WriteConcern("majority"))
    mark, name = f"booked.{payment['id']}", payment["account"]
    end = time.monotonic() + patience
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise NotBooked(payment)
        try:
            with pymongo.timeout(left):
                before = sure.find_one_and_update(
                    {"_id": name, mark: {"$exists": False}},
                    {"$inc": {"balance": payment["amount"]}, "$set": {mark: True}},
                )
                if before is None:
                    touched = sure.update_one({"_id": name}, {"$set": {mark: True}})
                    if not touched.matched_count:
                        raise LookupError(name)
                return
        except PyMongoError:
            time.sleep(0.03)
