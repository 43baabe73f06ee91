"""Several mongods that elect a primary among themselves."""

from math import ceil
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.services.mongo import Mongo
from lab.wait import until

if TYPE_CHECKING:
    from pymongo import MongoClient

ELECTION_SECONDS = 20.0
SILENCE_MS = 2_000  # after which a primary counts as gone; mongod's own 10 s bore people


class ReplicaSet:
    """An initiated replica set; roles are asked for, never remembered."""

    def __init__(self, name: str, members: list[Mongo]) -> None:
        self.name = name
        self.members = members

    @property
    def uri(self) -> str:
        """For a client that follows the primary."""
        hosts = ",".join(member.address for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={self.name}"

    def client(self, **options: Any) -> "MongoClient[dict[str, Any]]":
        """A pymongo client of the whole set."""
        from pymongo import MongoClient

        return MongoClient(self.uri, **{"serverSelectionTimeoutMS": 10_000, **options})

    def initiate(self) -> None:
        """Make the members a set and wait for its primary."""
        members = [{"_id": n, "host": m.address} for n, m in enumerate(self.members)]
        settings = {"electionTimeoutMillis": SILENCE_MS}
        config = {"_id": self.name, "members": members, "settings": settings}
        if self.members[0].stand_in:
            reply = self.members[0].steer(do="run", command={"replSetInitiate": config})
            if not reply["ok"]:
                raise LabError(f"no set was made: {reply['errmsg']}")
        else:
            with self.members[0].client() as client:
                client.admin.command("replSetInitiate", config)
        until(self.find_primary, ELECTION_SECONDS, "the election of a primary")
        until(lambda: len(self.secondaries) == len(members) - 1, ELECTION_SECONDS, "secondaries")

    def find_primary(self) -> Mongo | None:
        """The member that says it is the primary, if any does."""
        found = (m for m in self.members if _hello(m).get("isWritablePrimary"))
        return next(found, None)

    @property
    def primary(self) -> Mongo:
        """The primary; waits for an election that is going on."""
        found = until(self.find_primary, ELECTION_SECONDS, "the election of a primary")
        assert found is not None  # noqa: S101  until returns a true value
        return found

    @property
    def secondaries(self) -> list[Mongo]:
        """The members that say they are secondaries."""
        return [member for member in self.members if _hello(member).get("secondary")]

    def set_lag(self, member: Mongo, seconds: float) -> None:
        """Let a member apply what it receives this much later; whole seconds on a real mongod."""
        if member.stand_in:
            member.steer(do="lag", seconds=seconds)
        else:
            self._configure_delay(member, ceil(seconds))

    def _configure_delay(self, member: Mongo, seconds: int) -> None:
        """What a real mongod offers; a member that is late cannot become the primary."""
        with self.primary.client() as client:
            config = client.admin.command("replSetGetConfig")["config"]
            seat = next(one for one in config["members"] if one["host"] == member.address)
            if seat["secondaryDelaySecs"] != seconds:
                seat |= {"secondaryDelaySecs": seconds, "priority": 0 if seconds else 1}
                config["version"] += 1
                client.admin.command("replSetReconfig", config)
        until(lambda: _delay(member) == seconds, ELECTION_SECONDS, f"{member.name}: the delay")

    def partition(self, member: Mongo) -> None:
        """Cut a member off from all others (stand-in only); its clients still reach it."""
        for one in self.members:
            others = [m.address for m in self.members if m is not one]
            self._cut(one, others if one is member else [member.address])

    def heal(self) -> None:
        """End every partition."""
        for member in self.members:
            self._cut(member, [])

    def _cut(self, member: Mongo, addresses: list[str]) -> None:
        if member.is_running:
            member.steer(do="cut", addresses=addresses)


def _delay(member: Mongo) -> int:
    """The delay as the member itself knows it: a new configuration takes a heartbeat."""
    with member.client() as client:
        seats = client.admin.command("replSetGetConfig")["config"]["members"]
    return next(int(one["secondaryDelaySecs"]) for one in seats if one["host"] == member.address)


def _hello(member: Mongo) -> dict[str, Any]:
    from pymongo.errors import PyMongoError

    if not member.is_running:
        return {}
    try:
        with member.client(serverSelectionTimeoutMS=500, socketTimeoutMS=1000) as client:
            return client.admin.command("hello")
    except PyMongoError:
        return {}
