"""Commands that start, show and steer a replica set."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final

from bson import Int64

from mongo.call import Call, Command
from mongo.commands.peers import member_of
from mongo.document import Document
from mongo.errors import CommandError
from mongo.replica import election
from mongo.replica.config import SetConfig
from mongo.replica.life import beat
from mongo.replica.member import Member
from mongo.replica.peer import Peer, Role

_CATCH_UP_SECONDS: Final = 10


async def _initiate(call: Call) -> Document:
    member = member_of(call)
    if member.config is not None:
        raise CommandError(23, "already initialized")
    alone = {"_id": member.name, "members": [{"_id": 0, "host": member.address}]}
    asked = call.argument if isinstance(call.argument, dict) and call.argument else alone
    config = SetConfig.parse({"version": 1} | asked)
    member.adopt(config)
    reached = await asyncio.gather(*(beat(member, peer) for peer in member.peers.values()))
    if not all(reached):
        silent = [host for host, peer in member.peers.items() if peer.role is Role.DOWN]
        _forget(member)
        raise CommandError(74, f"these members do not answer as {member.name}: {', '.join(silent)}")
    member.history.note(0, "initiating set")
    member.become(Role.SECONDARY)
    await election.stand(member)
    return {"ok": 1.0}


def _forget(member: Member) -> None:
    member.ballot.config = None
    member.ballot.save()
    member.role, member.peers = Role.STARTUP, {}


def _reconfigure(call: Call) -> Document:
    member = _initiated(call)
    if not (member.is_primary or call.body.get("force")):
        raise CommandError(10107, "replSetReconfig should only be run on a writable PRIMARY")
    config = SetConfig.parse(call.argument)
    if member.config is not None and config.version <= member.config.version:
        raise CommandError(103, "the version of a new configuration must be larger")
    member.adopt(config)
    return {"ok": 1.0}


def _initiated(call: Call) -> Member:
    member = member_of(call)
    if member.config is None:
        raise CommandError(94, "no replset config has been received")
    return member


def _status(call: Call) -> Document:
    member = _initiated(call)
    config = member.config
    seats = config.seats if config else ()
    rows = [_row(member, seat.number, seat.host) for seat in seats]
    return {
        "set": member.name,
        "date": datetime.now(UTC),
        "myState": int(member.role),
        "term": Int64(member.term),
        "heartbeatIntervalMillis": Int64(round(config.heartbeat_seconds * 1000) if config else 0),
        "majorityVoteCount": config.majority if config else 0,
        "writeMajorityCount": config.majority if config else 0,
        "optimes": {
            "lastCommittedOpTime": member.committed().document(),
            "appliedOpTime": member.history.last.document(),
            "durableOpTime": member.history.last.document(),
        },
        "members": rows,
        "standIn": {
            "lagSeconds": member.lag_seconds,
            "appliesPerSecond": member.applies_per_second,
            "cutOff": sorted(member.cut_off),
            "rolledBack": member.rolled_back,
        },
        "ok": 1.0,
    }


def _row(member: Member, number: int, host: str) -> Document:
    if host == member.address:
        shown = _facts(member.role, member.history.last.document(), health=1.0)
        return {"_id": number, "name": host} | shown | {"self": True}
    peer = member.peers[host]
    is_up = peer.role is not Role.DOWN
    row = {"_id": number, "name": host}
    row |= _facts(peer.role, peer.optime.document(), health=float(is_up))
    row["lastHeartbeatRecv"] = datetime.fromtimestamp(_wall_clock(peer), UTC)
    if not is_up:
        row["lastHeartbeatMessage"] = f"{host} does not answer"
    return row


def _facts(role: Role, optime: Document, *, health: float) -> Document:
    name = "(not reachable/healthy)" if role is Role.DOWN else role.name
    seconds = datetime.fromtimestamp(optime["ts"].time, UTC)
    facts: Document = {"health": health, "state": int(role), "stateStr": name}
    return facts | {"optime": optime, "optimeDate": seconds}


def _wall_clock(peer: Peer) -> float:
    return max(time.time() - (time.monotonic() - peer.heard), 0.0)


def _get_config(call: Call) -> Document:
    config = _initiated(call).config
    return {"config": config.document() if config else None, "ok": 1.0}


async def _step_down(call: Call) -> Document:
    member = _initiated(call)
    if not member.is_primary:
        raise CommandError(10107, "not primary so can't step down")
    seconds = float(call.argument or 60)
    patience = float(call.body.get("secondaryCatchUpPeriodSecs", _CATCH_UP_SECONDS))
    successor = await _successor(member, min(patience, seconds))
    if successor is None and not call.body.get("force"):
        raise CommandError(262, "No electable secondaries caught up in time")
    member.step_down("asked to", freeze_seconds=seconds)
    if successor is not None:
        await successor.heartbeats.ask({"replSetStepUp": 1}, member.timeout_seconds)
    return {"ok": 1.0}


async def _successor(member: Member, seconds: float) -> Peer | None:
    def caught_up() -> list[Peer]:
        seats = {seat.host for seat in (member.config.voters if member.config else ())}
        return [
            peer
            for peer in member.peers.values()
            if peer.optime >= member.history.last
            and peer.role is Role.SECONDARY
            and peer.host in seats
        ]

    await member.progress.wait_until(lambda: bool(caught_up()), seconds)
    return next(iter(caught_up()), None)


async def _step_up(call: Call) -> Document:
    member = _initiated(call)
    if not (member.is_primary or await election.stand(member, asks_first=False)):
        raise CommandError(125, "Election failed.")
    return {"ok": 1.0}


def _freeze(call: Call) -> Document:
    member = _initiated(call)
    if member.is_primary:
        raise CommandError(95, "cannot freeze node when primary or running for election")
    member.frozen_until = time.monotonic() + float(call.argument)
    return {"ok": 1.0}


COMMANDS: Final[dict[str, Command]] = {
    "replSetFreeze": Command(_freeze),
    "replSetGetConfig": Command(_get_config),
    "replSetGetStatus": Command(_status),
    "replSetInitiate": Command(_initiate),
    "replSetReconfig": Command(_reconfigure),
    "replSetStepDown": Command(_step_down),
    "replSetStepUp": Command(_step_up),
}
