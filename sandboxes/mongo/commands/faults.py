"""Faults that a lesson sets: replication lag, a slow secondary, a cut between members.

These commands are ours; a real mongod does not know them.
"""

from typing import Final

from mongo.call import Call, Command
from mongo.commands.peers import member_of
from mongo.document import Document
from mongo.errors import CommandError


def _lag(call: Call) -> Document:
    member = member_of(call)
    seconds = call.argument
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise CommandError(2, f"standInLag takes seconds, 0 or more, not {seconds!r}")
    rate = call.body.get("appliesPerSecond")
    if rate is not None and not (isinstance(rate, int | float) and rate > 0):
        raise CommandError(2, f"appliesPerSecond takes a number above 0, not {rate!r}")
    member.lag_seconds = float(seconds)
    member.applies_per_second = rate
    return {"lagSeconds": member.lag_seconds, "appliesPerSecond": rate, "ok": 1.0}


def _partition(call: Call) -> Document:
    member = member_of(call)
    addresses = call.argument
    if not isinstance(addresses, list) or not set(addresses) <= member.peers.keys():
        known = ", ".join(member.peers)
        raise CommandError(2, f"standInPartition takes a list of other members: {known}")
    member.cut_off = set(addresses)
    member.announce()
    return {"cutOff": sorted(member.cut_off), "ok": 1.0}


COMMANDS: Final[dict[str, Command]] = {
    "standInLag": Command(_lag),
    "standInPartition": Command(_partition),
}
