"""The router: it knows which shard has a user, and who of the shard's members can answer.

    GET  /users/7?read=secondary     a user's version, from a secondary, any member or the primary
    GET  /pages/1                    everything on one page: a slow question
    POST /orders {"user": 7, "order": "o-1"}   the user's next version; an order counts once

The lab steers it, and asks for its counts, over its control socket:

    {"query": 0.08, "rebuild": 0.5, "stalled": [], "broken": false, "mark": "", "lanes": 2,
     "zero": true,    count from zero
     "clear": true,   send everybody home who waits
     "orders": true}  tell when each order was known to be in the store

Started by the lab as `python router.py PORT SHARD/NAME=PORT...`.
"""

import asyncio
import contextlib
import itertools
import sys
import time
from typing import Any

from lanes import Counts, Lanes, Refused
from pymongo import AsyncMongoClient, ReturnDocument, WriteConcern
from pymongo.errors import PyMongoError
from web import Answer, Request, Tally, ms_since, obey, serve

LOOK_SECONDS = 0.3
PATIENCE_MS = 600
SILENT = Answer(503, {"why": "no member of the shard answers"})


class Member:
    """One database of a shard, as the router knows it."""

    def __init__(self, shard: str, name: str, port: int) -> None:
        self.shard, self.name = shard, name
        self.role = "unknown"
        self.lanes = Lanes()
        self.client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=PATIENCE_MS,
            connectTimeoutMS=PATIENCE_MS, socketTimeoutMS=2 * PATIENCE_MS, retryReads=False,
        )  # fmt: skip

    async def look(self) -> None:
        """Ask it who it is, again and again."""
        while True:
            try:
                said = await self.client.admin.command("hello")
                self.role = "primary" if said.get("isWritablePrimary") else "unknown"
                self.role = "secondary" if said.get("secondary") else self.role
            except PyMongoError:
                self.role = "unknown"
            await asyncio.sleep(LOOK_SECONDS)


class Router:
    """Holds no users itself."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.shards = sorted({one.shard for one in members})
        self.counts = Counts()
        self.tally = Tally()
        self.query, self.rebuild, self.work = 0.08, 0.5, 0.02
        self.is_broken, self.mark = False, ""
        self.written_at: dict[str, float] = {}  # when an order was known to be in the store
        self._turn = itertools.count()

    def shard_of(self, number: int) -> str:
        """Users and pages are spread by their number."""
        return self.shards[number % len(self.shards)]

    def choose(self, shard: str, read: str) -> Member | None:
        """Who answers: those allowed take turns; the primary, where no secondary is left."""
        living = [one for one in self.members if one.shard == shard and one.role != "unknown"]
        if read != "any":
            chosen = [one for one in living if one.role == read]
            living = chosen or (living if read == "secondary" else [])
        return living[next(self._turn) % len(living)] if living else None

    async def user(self, number: int, read: str) -> Answer:
        """One document by its key; another member, if the first does not answer."""
        shard = self.shard_of(number)
        async with self.counts.count(shard, f"user:{number}"):
            for _ in range(2):
                found = await self._ask(self.choose(shard, read), number, self.query)
                if found.status != 0:
                    return found
        return SILENT

    async def page(self, number: int) -> Answer:
        """Many documents: the same, only slow."""
        shard = self.shard_of(number)
        async with self.counts.count(shard, f"page:{number}"):
            found = await self._ask(self.choose(shard, "secondary"), number, self.rebuild)
        return Answer(200, {**found.value, "mark": self.mark}) if found.ok else SILENT

    async def _ask(self, member: Member | None, number: int, seconds: float) -> Answer:
        if member is None or self.is_broken:
            return SILENT
        started = time.monotonic()
        try:
            async with member.lanes.lane(seconds):
                found = await member.client.course.users.find_one({"_id": number})
        except PyMongoError as error:
            member.role = "unknown"  # until it says something
            self.tally.add("router", member.name, ms_since(started), ok=False)
            return Answer(0, {"why": type(error).__name__})
        self.tally.add("router", member.name, ms_since(started))
        version = found["version"] if found else 0
        return Answer(200, {"number": number, "version": version, "member": member.name})

    async def order(self, user: int, order: str) -> Answer:
        """The primary writes, once for each order, and a majority has it before we say so."""
        shard = self.shard_of(user)
        primary = self.choose(shard, "primary")
        async with self.counts.count(shard, f"order:{user}"):
            if primary is None:
                return Answer(503, {"why": f"shard {shard} has no primary"})
            started = time.monotonic()
            try:
                async with primary.lanes.lane(self.work):
                    version = await self._write(primary, user, order)
            except PyMongoError as error:
                primary.role = "unknown"
                self.tally.add("router", primary.name, ms_since(started), ok=False)
                return Answer(503, {"why": type(error).__name__})
            self.tally.add("router", primary.name, ms_since(started))
            self.written_at.setdefault(order, time.monotonic())
            return Answer(200, {"version": version, "member": primary.name})

    async def _write(self, primary: Member, user: int, order: str) -> int:
        users = primary.client.course.get_collection(
            "users", write_concern=WriteConcern("majority", wtimeout=2 * PATIENCE_MS)
        )
        found = await users.find_one_and_update(
            {"_id": user, "orders": {"$ne": order}},
            {"$inc": {"version": 1}, "$push": {"orders": order}},
            return_document=ReturnDocument.AFTER,
        )
        found = found or await users.find_one({"_id": user})  # it was there already
        return int(found["version"]) if found else 0

    async def answer(self, request: Request) -> Answer:
        """One request."""
        try:
            return await self._asked(request)
        except Refused as why:
            return Answer(503, {"why": str(why)})

    async def _asked(self, request: Request) -> Answer:
        match request.method, request.path.split("/")[1:]:
            case "GET", ["users", number]:
                return await self.user(int(number), request.query.get("read", "secondary"))
            case "GET", ["pages", number]:
                return await self.page(int(number))
            case "POST", ["orders"]:
                return await self.order(**request.value)
        return Answer(404, {})

    def stats(self) -> dict[str, Any]:
        """Since the last zero: calls by shard and key; now: who is what, and who waits where."""
        longest = {one.name: one.lanes.longest for one in self.members}
        return {
            "calls": dict(self.counts.calls), "keys": dict(self.counts.keys),
            "same_at_once": dict(self.counts.same_at_once),
            "waiting": {one.name: one.lanes.waiting for one in self.members},
            "longest": longest, "roles": {one.name: one.role for one in self.members},
        }  # fmt: skip

    def change(self, value: dict[str, Any]) -> dict[str, Any]:
        """Slower, stalled, cleared, counted from zero; what was counted."""
        if value.get("zero"):
            self.counts.zero()
            self.written_at.clear()
        for member in self.members:
            if value.get("zero"):
                member.lanes.longest = 0
            if value.get("clear"):
                member.lanes.clear()
        self.is_broken = bool(value.get("broken", self.is_broken))
        self.mark = str(value.get("mark", self.mark))
        for name in ("query", "rebuild", "work"):
            setattr(self, name, float(value.get(name, getattr(self, name))))
        self._set_lanes(value)
        return {**self.stats(), **({"written_at": self.written_at} if value.get("orders") else {})}

    def _set_lanes(self, value: dict[str, Any]) -> None:
        """How many, and whether they move."""
        for member in self.members:
            if "lanes" in value:
                member.lanes = Lanes(int(value["lanes"]))
            if member.shard in value.get("stalled", ()):
                member.lanes.runs.clear()
            elif "stalled" in value:
                member.lanes.runs.set()


async def run(port: int, members: list[str]) -> None:
    """Serve until killed."""
    places = (one.partition("=") for one in members)
    router = Router([Member(name.split("/")[0], name.split("/")[1], int(at))
                     for name, _, at in places])  # fmt: skip
    looks = [asyncio.create_task(member.look()) for member in router.members]
    tells = asyncio.create_task(router.tally.tell())
    obey(router.change)
    with contextlib.suppress(asyncio.CancelledError):
        await serve(router.answer, port=port)
    await asyncio.gather(tells, *looks)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), sys.argv[2:]))
