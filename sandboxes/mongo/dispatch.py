"""From a command to its answer: who may answer, what to wait for, what every reply carries."""

import logging
from collections.abc import Awaitable, Mapping
from inspect import isawaitable
from typing import Final

from bson import Binary, Int64

from mongo.call import Access, Answer, Call, Command
from mongo.commands import (
    aggregates,
    catalogue,
    cursor_commands,
    diagnostics,
    find_and_modify,
    handshake,
    index_commands,
    peers,
    reads,
    replication,
    sessions,
    writes,
)
from mongo.document import Document
from mongo.errors import RETRYABLE_CODES, CommandError, Disconnect
from mongo.query.engine import BAD_QUERY, bad_query
from mongo.replica.concern import WriteConcern, wait
from mongo.replica.peer import Role
from mongo.storage.journal import clock_of

LOG = logging.getLogger("mongo")
NO_TRANSACTIONS: Final = (
    "this lab does not know transactions; here is what it knows: a change to one document, which is"
    " done as a whole or not at all"
)

COMMANDS: Final[Mapping[str, Command]] = {
    name: command
    for module in (
        handshake,
        reads,
        writes,
        find_and_modify,
        aggregates,
        cursor_commands,
        catalogue,
        index_commands,
        sessions,
        diagnostics,
        replication,
        peers,
    )
    for name, command in module.COMMANDS.items()
}
PRIVATE: Final = frozenset(
    {*peers.COMMANDS, "replSetInitiate", "replSetReconfig", "replSetStepDown", "replSetStepUp",
     "replSetFreeze", "shutdown"}
)  # fmt: skip


def answer(call: Call) -> Answer:
    """Answer a command, at once where that is possible."""
    try:
        found = _run(call)
        return _answer_later(call, found) if isawaitable(found) else _finished(call, found)
    except Disconnect:
        raise
    except Exception as error:  # noqa: BLE001 - a client gets an answer, whatever happens
        return _failed(call, error)


async def _answer_later(call: Call, pending: Awaitable[Document]) -> Document:
    try:
        return _finished(call, await pending)
    except Disconnect:
        raise
    except Exception as error:  # noqa: BLE001 - a client gets an answer, whatever happens
        return _failed(call, error)


def _run(call: Call) -> Answer:
    command = COMMANDS.get(call.name)
    if command is None:
        raise CommandError(59, f"no such command: '{call.name}'")
    if call.name in PRIVATE and not call.is_trusted:
        raise CommandError(13, f"not authorized on admin to execute command {call.name}")
    if "autocommit" in call.body:
        call.node.counters["transaction"] += 1
        raise CommandError(20, NO_TRANSACTIONS)
    if command.counter:
        call.node.counters[command.counter] += 1
    access = aggregates.access(call.body) if call.name == "aggregate" else command.access
    check_access(call, access)
    clock = _awaited_clock(call)
    if clock:
        return _run_after(call, command, access, clock)
    found = command.run(call)
    return _with_concern(call, found) if access is Access.PRIMARY else found


def check_access(call: Call, access: Access) -> None:
    """Refuse what this member must not answer in its present role."""
    member = call.node.replica
    if member is None or access is Access.ANYBODY or member.is_primary:
        return
    if access is Access.PRIMARY:
        raise CommandError(10107, "not primary")
    if member.role is not Role.SECONDARY:
        raise CommandError(13436, f"node is not in primary or recovering state: {member.role.name}")
    preference = (call.body.get("$readPreference") or {}).get("mode", "primary")
    if preference == "primary":
        raise CommandError(13435, "not primary and secondaryOk=false")


def _awaited_clock(call: Call) -> int:
    concern = call.body.get("readConcern") or {}
    after = concern.get("afterClusterTime")
    if after is None or call.node.replica is None:
        return 0
    clock = clock_of(after)
    return clock if clock > call.node.history.last.clock else 0


async def _run_after(call: Call, command: Command, access: Access, clock: int) -> Document:
    history = call.node.history
    limit = call.body.get("maxTimeMS")
    seconds = limit / 1000 if limit else None
    if not await history.changed.wait_until(lambda: history.last.clock >= clock, seconds):
        raise CommandError(50, "operation exceeded time limit while waiting for afterClusterTime")
    check_access(call, access)
    found = command.run(call)
    found = _with_concern(call, found) if access is Access.PRIMARY else found
    return await found if isawaitable(found) else found


def _with_concern(call: Call, found: Answer) -> Answer:
    concern = WriteConcern.parse(call.body.get("writeConcern"))
    needed = concern.members(call.node.replica)
    if needed > 1 or isawaitable(found):
        return _acknowledged(call, concern, found)
    if concern.is_journaled:
        call.node.history.journal.flush()
    return found


async def _acknowledged(call: Call, concern: WriteConcern, found: Answer) -> Document:
    reply = await found if isawaitable(found) else found
    if concern.is_journaled:
        call.node.history.journal.flush()
    member = call.node.replica
    return reply | await wait(member, concern, call.node.history.last) if member else reply


def _failed(call: Call, error: Exception) -> Document:
    if isinstance(error, KeyError) and error.args and error.args[0] not in call.body:
        known = CommandError(40414, f"BSON field '{call.name}.{error.args[0]}' is missing")
    elif isinstance(error, CommandError):
        known = error
    elif isinstance(error, BAD_QUERY):
        LOG.warning("the command %s makes no sense", call.name, exc_info=error)
        known = bad_query(error)
    else:
        LOG.error("the command %s failed", call.name, exc_info=error)
        known = CommandError(8, f"{type(error).__name__}: {error}")
    reply = known.reply()
    if known.code in RETRYABLE_CODES:
        reply["topologyVersion"] = handshake.topology_version(call.node)
        if "txnNumber" in call.body:
            reply["errorLabels"] = ["RetryableWriteError"]
    return _finished(call, reply)


def _finished(call: Call, reply: Document) -> Document:
    member = call.node.replica
    if member is None or member.config is None:
        return reply
    now = call.node.history.last.timestamp
    reply["operationTime"] = now
    reply["$clusterTime"] = {
        "clusterTime": now,
        "signature": {"hash": Binary(b"\0" * 20), "keyId": Int64(0)},
    }
    return reply
