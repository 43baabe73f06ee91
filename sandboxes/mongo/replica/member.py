"""This process as a member of a replica set: its role, its term, and whom it knows."""

import logging
import random
import time
from pathlib import Path

import bson
from bson import ObjectId

from mongo.document import Document
from mongo.errors import CommandError
from mongo.pulse import Pulse
from mongo.replica.ballot import Ballot
from mongo.replica.config import Seat, SetConfig
from mongo.replica.link import Link
from mongo.replica.peer import Peer, Role
from mongo.storage.history import History
from mongo.storage.journal import OpTime

LOG = logging.getLogger("mongo.replica")


class Member:
    """The state that heartbeats, elections and replication share. No network in here."""

    def __init__(
        self, name: str, addresses: frozenset[str], history: History, folder: Path, key: str = ""
    ) -> None:
        self.name = name
        self.key = key  # by which members know each other
        self.history = history
        self.folder = folder
        self.ballot = Ballot.load(folder / "member.bson")
        self.role = Role.STARTUP
        self.primary: str | None = None
        self.peers: dict[str, Peer] = {}
        self.lag_seconds = 0.0
        self.applies_per_second: float | None = None
        self.cut_off: set[str] = set()
        self.rolled_back = 0
        self.elected_at: float | None = None
        self.topology = 0
        self.changed = Pulse()
        self.progress = Pulse()
        self.election_due = 0.0
        self.frozen_until = 0.0
        self._addresses = addresses
        if self.ballot.config:
            self._take_seats(self.ballot.config)

    @property
    def config(self) -> SetConfig | None:
        """Give the configuration, if the set was initiated."""
        return self.ballot.config

    @property
    def term(self) -> int:
        """Give the current term."""
        return self.ballot.term

    @property
    def is_primary(self) -> bool:
        """Tell whether this member takes writes."""
        return self.role is Role.PRIMARY

    @property
    def seat(self) -> Seat | None:
        """Find this member in the configuration."""
        seats = self.config.seats if self.config else ()
        return next((seat for seat in seats if seat.host in self._addresses), None)

    @property
    def address(self) -> str:
        """Give the address under which the set knows this member."""
        return self.seat.host if self.seat else min(self._addresses)

    @property
    def election_id(self) -> ObjectId:
        """Give an id that grows with every election."""
        return ObjectId(bytes.fromhex("7fffffff") + self.term.to_bytes(8, "big"))

    @property
    def timeout_seconds(self) -> float:
        """Give the silence after which a primary counts as gone."""
        return self.config.election_timeout_seconds if self.config else 2.0

    def adopt(self, config: SetConfig) -> None:
        """Take over a configuration that is newer than the known one."""
        if config.name != self.name:
            raise CommandError(93, f"the set is called {config.name} here and {self.name} there")
        if not any(seat.host in self._addresses for seat in config.seats):
            raise CommandError(74, f"none of the members is this process ({self.address})")
        self.ballot.config = config
        self.ballot.save()
        self._take_seats(config)

    def _take_seats(self, config: SetConfig) -> None:
        mine = self.seat
        self.lag_seconds = mine.delay_seconds if mine else 0.0
        hosts = [seat.host for seat in config.seats if seat.host != self.address]
        self.peers = {host: self.peers.get(host) or self._stranger(host) for host in hosts}
        if self.role is Role.STARTUP:
            has_data = self.history.last != OpTime()
            self.role = Role.SECONDARY if has_data else Role.STARTUP2
        self.postpone_election()
        self.announce()

    def _stranger(self, host: str) -> Peer:
        return Peer(host, Link(host, self.key))

    def announce(self) -> None:
        """Let everybody who waits for a change of the topology know."""
        self.topology += 1
        self.changed.fire()
        self.progress.fire()

    def postpone_election(self) -> None:
        """Start the silence over: the primary is well, or a candidate deserves a chance."""
        jitter = random.uniform(0, 0.15)
        self.election_due = time.monotonic() + self.timeout_seconds * (1 + jitter)

    def follow(self, primary: str | None) -> None:
        """Take somebody for the primary."""
        if primary is not None:
            self.postpone_election()
        if primary != self.primary:
            LOG.info("the primary is %s in term %d", primary, self.term)
            self.primary = primary
            self.announce()

    def become(self, role: Role) -> None:
        """Change the role."""
        if role is not self.role:
            LOG.info("%s becomes %s in term %d", self.address, role.name, self.term)
            self.role = role
            self.announce()

    def lead(self) -> None:
        """Become the primary; the first entry of a term makes its start visible."""
        self.elected_at = time.time()
        self.primary = self.address
        self.become(Role.PRIMARY)
        self.history.note(self.term, "new primary")

    def step_down(self, reason: str, freeze_seconds: float = 0.0) -> None:
        """Stop taking writes."""
        if self.is_primary:
            LOG.info("%s steps down: %s", self.address, reason)
            self.primary = None
            self.elected_at = None
            self.become(Role.SECONDARY)
        self.frozen_until = time.monotonic() + freeze_seconds
        self.postpone_election()

    def enter_term(self, term: int) -> None:
        """Move on to a later term, in which nobody has this member's vote yet."""
        if term <= self.term:
            return
        self.ballot.term, self.ballot.voted_for = term, None
        self.ballot.save()
        if self.is_primary:
            self.step_down(f"term {term} has begun")
        self.follow(None)

    def greeting(self) -> Document:
        """Say what a heartbeat says, asked or answered."""
        return {
            "set": self.name,
            "from": self.address,
            "term": bson.Int64(self.term),
            "state": int(self.role),
            "configVersion": self.config.version if self.config else 0,
            "optime": self.history.last.document(),
        }

    def hear(self, said: Document) -> None:
        """Take in what another member says of itself."""
        self._hear_config(said)
        peer = self.peers.get(said["from"])
        if peer is None:
            return
        peer.heard = time.monotonic()
        peer.role = Role(said["state"])
        peer.optime = OpTime.of(said["optime"])
        peer.config_version = said["configVersion"]
        self.enter_term(said["term"])
        if peer.role is Role.PRIMARY and said["term"] == self.term:
            self.follow(peer.host)
        elif self.primary == peer.host:
            self.follow(None)
        self.progress.fire()

    def _hear_config(self, said: Document) -> None:
        known = self.config.version if self.config else 0
        if said.get("config") and said["configVersion"] > known:
            self.adopt(SetConfig.parse(said["config"]))

    def in_reach(self) -> int:
        """Count the voters that were heard lately, this member included."""
        config = self.config
        if config is None:
            return 0
        seconds = self.timeout_seconds
        heard = {host for host, peer in self.peers.items() if peer.was_heard_within(seconds)}
        return sum(seat.host in heard or seat.host == self.address for seat in config.voters)

    def members_at(self, time_wanted: OpTime) -> int:
        """Count the members that have everything up to a point, this one included."""
        others = sum(peer.optime >= time_wanted for peer in self.peers.values())
        return others + (self.history.last >= time_wanted)

    def committed(self) -> OpTime:
        """Give the point that a majority has reached."""
        if self.config is None:
            return OpTime()
        times = sorted([self.history.last, *(peer.optime for peer in self.peers.values())])
        return times[-self.config.majority] if len(times) >= self.config.majority else OpTime()
