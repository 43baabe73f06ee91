"""Replication: a secondary fetches what the primary wrote, after the lag that was set."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import bson
from bson import Binary

from mongo.document import Document
from mongo.errors import CommandError, Disconnect
from mongo.replica.link import Link
from mongo.replica.member import Member
from mongo.replica.peer import Role
from mongo.storage.journal import Journal, OpTime
from mongo.wire import CODEC

LOG = logging.getLogger("mongo.replica")

_MOST_ENTRIES: Final = 1000
_MOST_BYTES: Final = 4_000_000
_CLOSE_PROBES: Final = 10_000  # so many fit well into one message
_HOLD_SECONDS: Final = 0.5
_RETRY_SECONDS: Final = 0.1


async def serve(member: Member, body: Document) -> Document:
    """Give a secondary the entries that follow what it has; wait a little for new ones."""
    if not member.is_primary:
        raise CommandError(10107, "not primary")
    done = OpTime.of(body["after"])
    peer = member.peers.get(body["from"])
    if peer is not None:
        peer.optime, peer.heard = done, time.monotonic()
        member.progress.fire()
    reply: Document = {
        "term": bson.Int64(member.term),
        "goal": member.history.last.document(),
        "ok": 1.0,
    }
    start = member.history.journal.position_after(done)
    if start is None:
        return reply | {"diverged": True}
    entries = await _entries_from(member, start, body)
    if body["from"] in member.cut_off:
        raise Disconnect  # the cut came while the question was held
    return reply | {"entries": Binary(entries)}


async def _entries_from(member: Member, start: int, body: Document) -> bytes:
    journal = member.history.journal
    limit = min(int(body["most"]), _MOST_ENTRIES)
    hold_until = asyncio.get_running_loop().time() + _HOLD_SECONDS
    lag = timedelta(seconds=float(body["lag"]))
    while member.is_primary:
        stop = journal.stop_within(start, limit, _MOST_BYTES)
        left = hold_until - asyncio.get_running_loop().time()
        early = _early_seconds(journal, start, lag) if stop > start else 0.0
        if stop > start and early <= 0:
            return journal.read(start, _due(journal, start, stop, lag))
        if left <= 0:
            break
        if stop == start:
            await member.history.changed.wait_until(lambda: len(journal) > start, left)
        else:
            await asyncio.sleep(min(left, early))
    return b""


def _early_seconds(journal: Journal, position: int, lag: timedelta) -> float:
    """Say for how long an entry is not to be seen yet."""
    if not lag:
        return 0.0
    [entry] = journal.entries(position, position + 1)
    early: timedelta = entry["wall"] + lag - datetime.now(UTC).replace(tzinfo=None)
    return early.total_seconds()


def _due(journal: Journal, start: int, stop: int, lag: timedelta) -> int:
    """Find how far the entries are old enough to be seen."""
    if not lag:
        return stop
    newest = datetime.now(UTC).replace(tzinfo=None) - lag
    for position, entry in enumerate(journal.entries(start, stop), start):
        if entry["wall"] > newest:
            return position
    return stop


class Replication:
    """The loop of a secondary."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._link: Link | None = None
        self._goal: OpTime | None = None

    async def run(self) -> None:
        """Follow whoever is primary, for ever."""
        while True:
            source = self._source()
            if source is None:
                await self._member.changed.wait_until(lambda: self._source() is not None, 1.0)
                continue
            try:
                await self._pull(source)
            except (OSError, CommandError):
                await asyncio.sleep(_RETRY_SECONDS)

    def _source(self) -> str | None:
        member = self._member
        is_follower = member.role in (Role.SECONDARY, Role.STARTUP2)
        is_reachable = member.primary in member.peers and member.primary not in member.cut_off
        return member.primary if is_follower and is_reachable else None

    def _link_to(self, source: str) -> Link:
        if self._link is None or self._link.address != source:
            if self._link is not None:
                self._link.close()
            self._link = Link(source, self._member.key)
        return self._link

    async def _pull(self, source: str) -> None:
        member = self._member
        body = {
            "standInPull": 1,
            "from": member.address,
            "after": member.history.last.document(),
            "lag": member.lag_seconds,
            "most": self._wanted(),
        }
        reply = await self._link_to(source).ask(body, _HOLD_SECONDS + member.timeout_seconds)
        if self._source() != source:
            return
        if reply["term"] == member.term:
            member.postpone_election()
        if reply.get("diverged"):
            await self._roll_back(source)
            return
        entries = self._admitted(bson.decode_all(reply["entries"], codec_options=CODEC))
        self._take(entries, OpTime.of(reply["goal"]))
        if member.applies_per_second and entries:
            await asyncio.sleep(len(entries) / member.applies_per_second)

    def _wanted(self) -> int:
        rate = self._member.applies_per_second
        return max(int(rate / 20), 1) if rate else _MOST_ENTRIES

    def _admitted(self, entries: list[Document]) -> list[Document]:
        """Leave out what a lag or a rate set while the question was on its way forbids."""
        lag = timedelta(seconds=self._member.lag_seconds)
        newest = datetime.now(UTC).replace(tzinfo=None) - lag
        return [e for e in entries[: self._wanted()] if not lag or e["wall"] <= newest]

    def _take(self, entries: list[Document], goal: OpTime) -> None:
        member = self._member
        if entries:
            member.history.receive(entries)
        if member.role is Role.STARTUP2:
            self._goal = self._goal or goal
            if member.history.last >= self._goal:
                member.become(Role.SECONDARY)

    async def _roll_back(self, source: str) -> None:
        member = self._member
        journal = member.history.journal
        points = [journal.time_at(position) for position in _probes(len(journal))]
        body = {
            "standInCommonPoint": [point.document() for point in points],
            "from": member.address,
        }
        reply = await self._link_to(source).ask(body, member.timeout_seconds)
        common = OpTime.of(reply["common"])
        member.become(Role.ROLLBACK)
        undone = member.history.rewind(journal.position_after(common) or 0)
        lost = [entry for entry in undone if entry["op"] in ("i", "u", "d")]
        member.rolled_back += len(lost)
        LOG.warning(
            "rollback: %d writes that no majority had are discarded, back to %s",
            len(lost),
            common.timestamp,
        )
        with (member.folder / "rollback.bson").open("ab") as kept:
            kept.writelines(bson.encode(entry) for entry in lost)
        member.become(Role.SECONDARY)


def _probes(count: int) -> list[int]:
    """List positions from the newest back: the late ones one by one, then ever sparser."""
    probes, step, position = [], 1, count - 1
    while position >= 0:
        probes.append(position)
        if len(probes) > _CLOSE_PROBES:
            step *= 2
        position -= step
    return probes


def common_point(member: Member, body: Document) -> Document:
    """Tell a diverged member the newest of its points that is in this history too."""
    journal = member.history.journal
    points = map(OpTime.of, body["standInCommonPoint"])
    known = (point for point in points if journal.position_after(point) is not None)
    return {"common": next(known, OpTime()).document(), "ok": 1.0}
