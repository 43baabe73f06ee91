"""A `hello` that is held back misses nothing."""

import asyncio
import inspect
from pathlib import Path

import pytest

from mongo.call import Call
from mongo.dispatch import answer
from mongo.node import Node
from mongo.replica.member import Member
from mongo.storage.history import History


@pytest.fixture
def member(tmp_path: Path) -> Member:
    return Member("rs0", frozenset({"127.0.0.1:1"}), History(tmp_path / "journal.bson"), tmp_path)


@pytest.fixture
def node(member: Member, tmp_path: Path) -> Node:
    return Node(member.history, tmp_path, "127.0.0.1", 1, member)


async def test_a_change_between_the_question_and_the_wait_is_answered_at_once(node, member):
    first = answer(Call(node, {"hello": 1, "$db": "admin"}))
    known = first["topologyVersion"]
    question = {"hello": 1, "topologyVersion": known, "maxAwaitTimeMS": 60_000, "$db": "admin"}
    held = answer(Call(node, question))
    assert inspect.isawaitable(held)
    member.announce()
    reply = await asyncio.wait_for(held, 5)
    assert reply["topologyVersion"]["counter"] == known["counter"] + 1
