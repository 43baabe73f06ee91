"""Faults that a lab sets over the control socket: lag, a slow secondary, a cut between members.

None of it is a command: whoever can reach the port can neither cause a fault nor heal one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, Final

from lab.control import Handle
from mongo.call import Call
from mongo.dispatch import answer
from mongo.document import Document
from mongo.node import Node
from mongo.replica.member import Member

_SECONDS: Final = 20.0


def steering(node: Node) -> Handle:
    """Make what answers the control socket, on the loop that runs now."""
    loop = asyncio.get_running_loop()

    def handle(fields: Document) -> object:
        return asyncio.run_coroutine_threadsafe(_steer(node, fields), loop).result(_SECONDS)

    return handle


async def _steer(node: Node, fields: Document) -> object:
    done = _ACTS[fields.pop("do")](node, **fields)
    return await done if isawaitable(done) else done


def _lag(node: Node, seconds: float, applies_per_second: float | None = None) -> Document:
    member = _member_of(node)
    if seconds < 0:
        raise ValueError(f"a lag is 0 seconds or more, not {seconds!r}")
    if applies_per_second is not None and applies_per_second <= 0:
        raise ValueError(f"so many a second is a number above 0, not {applies_per_second!r}")
    member.lag_seconds = float(seconds)
    member.applies_per_second = applies_per_second
    return {"lagSeconds": member.lag_seconds, "appliesPerSecond": applies_per_second}


def _cut(node: Node, addresses: list[str]) -> list[str]:
    member = _member_of(node)
    if not set(addresses) <= member.peers.keys():
        raise ValueError(f"other members are {', '.join(member.peers)}")
    member.cut_off = set(addresses)
    member.announce()
    return sorted(member.cut_off)


async def _run(node: Node, command: Document) -> Document:
    """Run a command of the administrator's, also one that the port refuses."""
    found = answer(Call(node, {**command, "$db": "admin", "key": node.key}))
    reply = await found if isawaitable(found) else found
    return {name: reply[name] for name in ("ok", "code", "errmsg") if name in reply}


def _counted(node: Node) -> dict[str, int]:
    return dict(node.counters)


def _member_of(node: Node) -> Member:
    if node.replica is None:
        raise ValueError("not running with --replSet")
    return node.replica


_ACTS: Final[dict[str, Callable[..., Any | Awaitable[Any]]]] = {
    "lag": _lag,
    "cut": _cut,
    "run": _run,
    "counted": _counted,
}
