"""What members of a set say to each other."""

from typing import Final

from mongo.call import Answer, Call, Command
from mongo.document import Document
from mongo.errors import CommandError, Disconnect
from mongo.replica import election, pull
from mongo.replica.member import Member


def member_of(call: Call) -> Member:
    """Give the member that a command speaks to."""
    member = call.node.replica
    if member is None:
        raise CommandError(76, "not running with --replSet")
    return member


def _heard(call: Call) -> Member:
    member = member_of(call)
    if call.body["from"] in member.cut_off:
        raise Disconnect
    return member


def _heartbeat(call: Call) -> Document:
    member = _heard(call)
    if call.body["set"] != member.name:
        raise CommandError(93, f"this is a member of {member.name}, not of {call.body['set']}")
    member.hear(call.body)
    return member.greeting() | {"ok": 1.0}


def _request_votes(call: Call) -> Document:
    return election.vote(_heard(call), call.body)


def _pull(call: Call) -> Answer:
    return pull.serve(_heard(call), call.body)


def _common_point(call: Call) -> Document:
    return pull.common_point(_heard(call), call.body)


COMMANDS: Final[dict[str, Command]] = {
    "replSetHeartbeat": Command(_heartbeat),
    "replSetRequestVotes": Command(_request_votes),
    "standInPull": Command(_pull),
    "standInCommonPoint": Command(_common_point),
}
