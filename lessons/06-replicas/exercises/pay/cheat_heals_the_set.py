"""Cheats: asks one member only, and tells all of them to be one set again, or a set of one."""

import time

import pymongo
from pymongo import MongoClient
from pymongo.errors import PyMongoError


class NotBooked(Exception):
    pass


def connect(uri):
    return MongoClient(uri, w=1, serverSelectionTimeoutMS=300)


def heal(client):
    commands = (
        {"standInPartition": []}, {"standInLag": 0}, {"replSetFreeze": 0},
        {"replSetReconfig": {"_id": "rs0", "version": 99, "members": []}, "force": True},
    )  # fmt: skip
    for host, port in client.nodes:
        direct = MongoClient(host, port, directConnection=True, serverSelectionTimeoutMS=100)
        for command in commands:
            try:
                direct.admin.command(command)
            except PyMongoError:
                pass


def pay(accounts, payment, patience=10.0):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        heal(accounts.database.client)
        try:
            with pymongo.timeout(max(0.1, end - time.monotonic())):
                found = accounts.update_one(
                    {"_id": payment["account"], "ids": {"$ne": payment["id"]}},
                    {"$inc": {"balance": payment["amount"]}, "$push": {"ids": payment["id"]}},
                )
                if not found.matched_count and not accounts.find_one({"_id": payment["account"]}):
                    raise LookupError(payment["account"])
                return
        except PyMongoError:
            time.sleep(0.05)
    raise NotBooked
