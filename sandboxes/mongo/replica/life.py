"""The tasks that keep a member alive: heartbeats, the election clock, replication."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Final

from mongo.document import Document
from mongo.errors import CommandError
from mongo.replica import election
from mongo.replica.member import Member
from mongo.replica.peer import Peer, Role
from mongo.replica.pull import Replication

LOG = logging.getLogger("mongo.replica")

_TICK_SECONDS: Final = 0.05
_STALL_SECONDS: Final = 0.5
_SIGN_OF_LIFE_SECONDS: Final = 10.0


class Life:
    """Starts the tasks of a member and ends them."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self._tasks: set[asyncio.Task[None]] = set()
        self._beating: set[str] = set()

    def start(self) -> None:
        """Begin to live."""
        self._spawn(self._watch())
        self._spawn(Replication(self.member).run())
        self._spawn(self._breathe())
        self._spawn(self._meet())

    def stop(self) -> None:
        """End all tasks."""
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            LOG.error("a task of the member ended", exc_info=task.exception())

    async def _meet(self) -> None:
        while True:
            for host in self.member.peers.keys() - self._beating:
                self._beating.add(host)
                self._spawn(self._beat(host))
            await self._topology_changes()

    async def _beat(self, host: str) -> None:
        member = self.member
        while host in member.peers and member.config is not None:
            seen = (member.role, member.term)
            await beat(member, member.peers[host])
            await self._pause(seen, member.config.heartbeat_seconds)
        self._beating.discard(host)

    async def _topology_changes(self) -> None:
        seen = self.member.topology
        await self.member.changed.wait_until(lambda: self.member.topology != seen, None)

    async def _pause(self, seen: tuple[Role, int], seconds: float) -> None:
        """Wait for the next heartbeat; news of this member does not wait."""
        member = self.member
        await member.changed.wait_until(lambda: (member.role, member.term) != seen, seconds)

    async def _watch(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = time.monotonic()
            if now - last > _STALL_SECONDS:
                self._forgive(now - last)
            last = now
            await self._look(now)

    def _forgive(self, seconds: float) -> None:
        """Time in which this process itself stood still tells nothing about the others."""
        self.member.election_due += seconds
        for peer in self.member.peers.values():
            peer.heard += seconds

    async def _look(self, now: float) -> None:
        member = self.member
        if member.config is None:
            return
        if member.is_primary:
            if member.in_reach() < member.config.majority:
                member.step_down("a majority of the set is out of reach")
        elif now >= member.election_due:
            if member.primary is not None:
                member.follow(None)
            await election.stand(member)

    async def _breathe(self) -> None:
        while True:
            await asyncio.sleep(_SIGN_OF_LIFE_SECONDS)
            if self.member.is_primary:
                self.member.history.note(self.member.term, "periodic noop")


async def beat(member: Member, peer: Peer) -> bool:
    """Exchange one heartbeat; tell whether the other member answered."""
    if peer.host in member.cut_off:
        peer.role = Role.DOWN
        return False
    body: Document = {"replSetHeartbeat": 1} | member.greeting()
    if member.config is not None and peer.config_version < member.config.version:
        body["config"] = member.config.document()
    try:
        reply = await peer.heartbeats.ask(body, member.timeout_seconds / 2)
    except (OSError, CommandError):
        peer.role = Role.DOWN
        return False
    if peer.host not in member.cut_off:
        member.hear(reply)
    return True
