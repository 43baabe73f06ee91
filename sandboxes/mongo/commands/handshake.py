"""`hello`: who this process is, and a reply held back until that changes."""

from datetime import UTC, datetime
from typing import Final

from bson import Int64

from mongo.call import Answer, Call, Command
from mongo.document import Document
from mongo.node import Node
from mongo.pulse import Pulse
from mongo.replica.member import Member
from mongo.replica.peer import Role
from mongo.wire import MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES

VERSION: Final = (8, 0, 0)
_MAX_WIRE_VERSION: Final = 25
_MAX_WRITE_BATCH: Final = 100_000
_SESSION_MINUTES: Final = 30


def topology_version(node: Node) -> Document:
    """Say which state of the topology a reply describes."""
    counter = node.replica.topology if node.replica else 0
    return {"processId": node.process, "counter": Int64(counter)}


def _hello(call: Call) -> Answer:
    known = call.body.get("topologyVersion")
    if known == topology_version(call.node) and "maxAwaitTimeMS" in call.body:
        return _hold(call, known)
    return _describe(call)


async def _hold(call: Call, known: Document) -> Document:
    """Wait for anything that the client does not know; it may have happened before this runs."""
    node = call.node
    changed = node.replica.changed if node.replica else Pulse()
    await changed.wait_until(
        lambda: topology_version(node) != known, call.body["maxAwaitTimeMS"] / 1000
    )
    return _describe(call)


def _describe(call: Call) -> Document:
    node = call.node
    reply: Document = {
        "helloOk": True,
        "topologyVersion": topology_version(node),
        "maxBsonObjectSize": MAX_DOCUMENT_BYTES,
        "maxMessageSizeBytes": MAX_MESSAGE_BYTES,
        "maxWriteBatchSize": _MAX_WRITE_BATCH,
        "localTime": datetime.now(UTC),
        "logicalSessionTimeoutMinutes": _SESSION_MINUTES,
        "connectionId": call.connection,
        "minWireVersion": 0,
        "maxWireVersion": _MAX_WIRE_VERSION,
        "readOnly": False,
    }
    member = node.replica
    is_writable = True if member is None else member.is_primary
    reply["isWritablePrimary" if call.name == "hello" else "ismaster"] = is_writable
    if member is not None:
        reply |= _describe_member(member)
    return reply | {"ok": 1.0}


def _describe_member(member: Member) -> Document:
    config = member.config
    if config is None:
        return {
            "secondary": False,
            "isreplicaset": True,
            "info": "Does not have a valid replica set config",
        }
    shown = [seat for seat in config.seats if not seat.is_hidden]
    facts: Document = {
        "setName": config.name,
        "setVersion": config.version,
        "secondary": member.role is Role.SECONDARY,
        "hosts": [seat.host for seat in shown if seat.priority > 0],
        "me": member.address,
        "lastWrite": {
            "opTime": member.history.last.document(),
            "lastWriteDate": member.history.last_date,
            "majorityOpTime": member.committed().document(),
        },
    }
    if passives := [seat.host for seat in shown if seat.priority == 0]:
        facts["passives"] = passives
    if member.primary is not None:
        facts["primary"] = member.primary
    if member.is_primary:
        facts["electionId"] = member.election_id
    return facts | _rank(member)


def _rank(member: Member) -> Document:
    seat = member.seat
    if seat is None:
        return {}
    rank: Document = {"passive": True} if seat.priority == 0 else {}
    return rank | ({"hidden": True} if seat.is_hidden else {})


def _build_info(_call: Call) -> Document:
    return {
        "version": ".".join(map(str, VERSION)),
        "versionArray": [*VERSION, 0],
        "gitVersion": "none",
        "modules": [],
        "bits": 64,
        "debug": False,
        "maxBsonObjectSize": MAX_DOCUMENT_BYTES,
        "storageEngines": ["standIn"],
        "standIn": "scalability-course stand-in for mongod, on mongomock",
        "ok": 1.0,
    }


COMMANDS: Final[dict[str, Command]] = {
    "hello": Command(_hello),
    "ismaster": Command(_hello),
    "isMaster": Command(_hello),
    "ping": Command(lambda _call: {"ok": 1.0}),
    "buildInfo": Command(_build_info),
    "buildinfo": Command(_build_info),
}
