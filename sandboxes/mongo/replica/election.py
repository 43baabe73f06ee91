"""Elections: who stands, who votes for whom."""

import asyncio
import logging
import time

import bson

from mongo.document import Document
from mongo.errors import CommandError
from mongo.replica.member import Member
from mongo.replica.peer import Peer, Role
from mongo.storage.journal import OpTime

LOG = logging.getLogger("mongo.replica")


def may_stand(member: Member) -> bool:
    """Tell whether this member could be a candidate at all."""
    seat = member.seat
    is_ready = member.role is Role.SECONDARY and time.monotonic() >= member.frozen_until
    return is_ready and seat is not None and seat.priority > 0 and seat.votes > 0


async def stand(member: Member, *, asks_first: bool = True) -> bool:
    """Stand as a candidate; a rehearsal first, so that no term is wasted on a lost cause."""
    config = member.config
    if config is None or not may_stand(member):
        return False
    member.postpone_election()
    if asks_first and await _votes(member, member.term + 1, is_rehearsal=True) < config.majority:
        return False
    if member.is_primary or not may_stand(member):
        return False
    member.enter_term(member.term + 1)
    term = member.term
    member.ballot.voted_for = member.address
    member.ballot.save()
    won = await _votes(member, term, is_rehearsal=False) >= config.majority
    if won and member.term == term and may_stand(member):
        LOG.info("%s is elected in term %d", member.address, term)
        member.lead()
        return True
    return False


async def _votes(member: Member, term: int, *, is_rehearsal: bool) -> int:
    body = {
        "replSetRequestVotes": 1,
        "from": member.address,
        "term": bson.Int64(term),
        "optime": member.history.last.document(),
        "dryRun": is_rehearsal,
    }
    peers = [peer for peer in member.peers.values() if peer.host not in member.cut_off]
    asked = [asyncio.create_task(_vote_of(member, peer, body)) for peer in peers]
    votes = 1
    for answer in asyncio.as_completed(asked):
        votes += await answer
        if member.config is not None and votes >= member.config.majority:
            break
    for task in asked:
        task.cancel()
    return votes


async def _vote_of(member: Member, peer: Peer, body: Document) -> bool:
    seat = member.config.seat(peer.host) if member.config else None
    try:
        reply = await peer.heartbeats.ask(body, member.timeout_seconds / 2)
    except (OSError, CommandError):
        return False
    peer.heard = time.monotonic()
    if not body["dryRun"]:
        member.enter_term(reply["term"])
    return bool(reply["voteGranted"]) and seat is not None and seat.votes > 0


def vote(member: Member, body: Document) -> Document:
    """Answer a candidate."""
    reason = _objection(member, body)
    if not reason and not body["dryRun"]:
        member.enter_term(body["term"])
        member.ballot.voted_for = body["from"]
        member.ballot.save()
        member.postpone_election()
    return {
        "term": bson.Int64(member.term),
        "voteGranted": not reason,
        "reason": reason,
        "ok": 1.0,
    }


def _objection(member: Member, body: Document) -> str:
    if body["term"] < member.term:
        return "the term is over"
    if OpTime.of(body["optime"]) < member.history.last:
        return "the candidate lacks writes that this member has"
    if body["dryRun"]:
        return "there is a primary" if member.primary is not None else ""
    if body["term"] == member.term and member.ballot.voted_for not in (None, body["from"]):
        return f"the vote went to {member.ballot.voted_for}"
    return ""
