"""The configuration of a replica set, as `replSetInitiate` takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mongo.document import Document, Value
from mongo.errors import CommandError

ELECTION_TIMEOUT_MILLIS: Final = 2000  # mongod waits 10 s; a lab is watched by a person
_HEARTBEATS_PER_TIMEOUT: Final = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """One member of a set, as the configuration names it."""

    number: int
    host: str
    priority: float = 1.0
    votes: int = 1
    is_hidden: bool = False
    delay_seconds: float = 0.0

    def document(self) -> Document:
        """Say it as an element of `members`."""
        return {
            "_id": self.number,
            "host": self.host,
            "arbiterOnly": False,
            "buildIndexes": True,
            "hidden": self.is_hidden,
            "priority": self.priority,
            "tags": {},
            "secondaryDelaySecs": self.delay_seconds,
            "votes": self.votes,
        }


@dataclass(frozen=True, slots=True)
class SetConfig:
    """A whole configuration; a newer version replaces an older one."""

    name: str
    version: int
    seats: tuple[Seat, ...]
    election_timeout_seconds: float

    @classmethod
    def parse(cls, document: Mapping[str, Value]) -> "SetConfig":
        """Read a configuration, or say what is wrong with it."""
        members = document.get("members")
        if not isinstance(members, list) or not members:
            raise CommandError(93, "a replica set needs at least one member")
        seats = tuple(_seat(member) for member in members)
        hosts = {seat.host for seat in seats}
        if len(hosts) != len(seats):
            raise CommandError(103, "Found two member configurations with the same host")
        settings = document.get("settings") or {}
        timeout = settings.get("electionTimeoutMillis", ELECTION_TIMEOUT_MILLIS)
        return cls(str(document["_id"]), int(document.get("version", 1)), seats, timeout / 1000)

    def document(self) -> Document:
        """Say it as `replSetGetConfig` shows it."""
        return {
            "_id": self.name,
            "version": self.version,
            "term": 1,
            "members": [seat.document() for seat in self.seats],
            "protocolVersion": 1,
            "writeConcernMajorityJournalDefault": True,
            "settings": {
                "electionTimeoutMillis": round(self.election_timeout_seconds * 1000),
                "heartbeatIntervalMillis": round(self.heartbeat_seconds * 1000),
            },
        }

    @property
    def heartbeat_seconds(self) -> float:
        """Give the pause between two heartbeats."""
        return min(self.election_timeout_seconds / _HEARTBEATS_PER_TIMEOUT, 2.0)

    @property
    def voters(self) -> list[Seat]:
        """List the members that vote."""
        return [seat for seat in self.seats if seat.votes]

    @property
    def majority(self) -> int:
        """Count the votes that make a majority."""
        return len(self.voters) // 2 + 1

    def seat(self, host: str) -> Seat | None:
        """Find the member at an address."""
        return next((seat for seat in self.seats if seat.host == host), None)


def _seat(member: Mapping[str, Value]) -> Seat:
    host = member.get("host")
    if not isinstance(host, str) or ":" not in host:
        raise CommandError(93, f"a member needs a host like 127.0.0.1:27017, not {host!r}")
    if member.get("arbiterOnly"):
        raise CommandError(93, "arbiters are not part of this stand-in")
    delay = member.get("secondaryDelaySecs", 0)
    priority = float(member.get("priority", 1))
    if delay and priority:
        raise CommandError(93, "priority must be 0 when secondaryDelaySecs is used")
    return Seat(
        int(member["_id"]),
        host,
        priority,
        int(member.get("votes", 1)),
        bool(member.get("hidden", False)),
        float(delay),
    )
