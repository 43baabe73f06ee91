"""Which copies may be asked: read preferences, as every MongoDB driver follows them.

pymongo has this inside. The router uses it again for what pymongo does not promise: that a
session sees its own writes (see router.py).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WINDOW_MS = 15.0  # members this much slower than the fastest are still as good
HEARTBEAT_SECONDS = 10.0  # how often a driver looks at a member
IDLE_WRITE_SECONDS = 10.0  # an idle primary writes down that it lives, this often
SMALLEST_STALENESS_SECONDS = 90.0
NEWEST_WEIGHT = 0.2  # of a measured round trip, against all the earlier ones
ALONE = ("standalone", "mongos", "load balancer")  # no members of a set: nothing to choose

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Server:
    """What is known of a server."""

    name: str
    role: str  # primary, secondary, one of ALONE, or unknown
    rtt_ms: float = 0.0  # how long it takes to answer
    applied: int = 0  # the newest write it has, as a number that only grows
    written: float = 0.0  # when that write was made, by the primary's clock, in seconds
    looked: float = 0.0  # when we asked, by our clock
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preference:
    """What a reader wants."""

    mode: str = "primary"  # primaryPreferred, secondary, secondaryPreferred, nearest
    tag_sets: Sequence[Tags] = ({},)  # the first set that any member carries counts
    max_staleness: float | None = None  # seconds that a copy may be behind

    def check(self, heartbeat: float) -> None:
        """Refuse what cannot be meant."""
        if self.max_staleness is None:
            return
        if self.mode == "primary":
            raise ValueError("the primary is never behind: primary and maxStaleness do not mix")
        if self.max_staleness < max(SMALLEST_STALENESS_SECONDS, heartbeat + IDLE_WRITE_SECONDS):
            raise ValueError(f"maxStaleness of {self.max_staleness:g} s cannot be measured")


def for_reads(
    servers: Sequence[Server], wanted: Preference, heartbeat: float = HEARTBEAT_SECONDS
) -> list[Server]:
    """The servers that may answer a read."""
    if alone := [one for one in servers if one.role in ALONE]:
        return alone
    if servers:
        wanted.check(heartbeat)
    primaries = [one for one in servers if one.role == "primary"]
    if wanted.mode == "primary":
        return primaries
    secondaries = tagged(fresh(servers, wanted.max_staleness, heartbeat), wanted.tag_sets)
    match wanted.mode:
        case "primaryPreferred":
            return primaries or secondaries
        case "secondary":
            return secondaries
        case "secondaryPreferred":
            return secondaries or primaries
        case "nearest":
            both = primaries + fresh(servers, wanted.max_staleness, heartbeat)
            return tagged(both, wanted.tag_sets)
    raise ValueError(f"there is no read preference '{wanted.mode}'")


def for_writes(servers: Sequence[Server]) -> list[Server]:
    """The servers that may take a write: a copy never does."""
    return [one for one in servers if one.role == "primary" or one.role in ALONE]


def fresh(servers: Sequence[Server], most: float | None, heartbeat: float) -> list[Server]:
    """The secondaries that are not too far behind, as far as a driver can know."""
    secondaries = [one for one in servers if one.role == "secondary"]
    if most is None or not secondaries:
        return secondaries
    primary = next((one for one in servers if one.role == "primary"), None)
    newest = max(one.written for one in secondaries)

    def behind(one: Server) -> float:
        if primary is None:
            return newest - one.written + heartbeat
        return (one.looked - one.written) - (primary.looked - primary.written) + heartbeat

    return [one for one in secondaries if behind(one) <= most]


def tagged(servers: Sequence[Server], tag_sets: Sequence[Tags]) -> list[Server]:
    """The servers that carry the first set of tags that anybody carries."""
    for tags in tag_sets or ({},):
        if found := [one for one in servers if tags.items() <= one.tags.items()]:
            return found
    return []


def in_window(servers: Sequence[Server]) -> list[Server]:
    """Of these, the fastest and those hardly slower."""
    fastest = min((one.rtt_ms for one in servers), default=0.0)
    return [one for one in servers if one.rtt_ms <= fastest + WINDOW_MS]


def pick(servers: Sequence[Server], busy: Mapping[str, int], source: random.Random) -> Server:
    """Draw two, and take the one with less to do."""
    drawn = source.sample(list(servers), min(2, len(servers)))
    return min(drawn, key=lambda one: busy.get(one.name, 0))


def average(before: float | None, newest: float) -> float:
    """The mean round trip, in which old measurements fade."""
    if before is None:
        return newest
    return NEWEST_WEIGHT * newest + (1 - NEWEST_WEIGHT) * before
