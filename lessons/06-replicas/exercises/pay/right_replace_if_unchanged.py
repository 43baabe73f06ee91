"""Reads the account, and replaces it only if it is still what was read."""

import threading
import time
import uuid

import pymongo
from pymongo import MongoClient, ReadPreference
from pymongo.errors import PyMongoError


class NotBooked(Exception):
    """Patience is over."""


class Missing(KeyError):
    """There is no such account."""


def connect(uri):
    return MongoClient(uri, w="majority", readPreference="primary")


def attempt(accounts, payment):
    read = accounts.with_options(read_preference=ReadPreference.PRIMARY)
    account = read.find_one({"_id": payment["account"]})
    if account is None:
        raise Missing(payment["account"])
    ids = account.get("ids", {})
    changed = {
        **account,
        "version": uuid.uuid4().hex,
        "ids": {**ids, payment["id"]: payment["amount"]},
    }
    if payment["id"] not in ids:
        changed["balance"] += payment["amount"]
    same = {"_id": account["_id"], "version": account.get("version")}
    return accounts.replace_one(same, changed).matched_count == 1


def pay(accounts, payment, patience=10.0):
    until = time.monotonic() + patience
    pause = threading.Event()
    while (left := until - time.monotonic()) > 0:
        try:
            with pymongo.timeout(left):
                if attempt(accounts, payment):
                    return
        except PyMongoError:
            pause.wait(0.02)
    raise NotBooked(payment["id"])
