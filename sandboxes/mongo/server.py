"""The listening socket: one protocol object per connection, one answer at a time."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Awaitable
from datetime import UTC, datetime
from inspect import isawaitable

from bson.errors import BSONError

from mongo.call import Call
from mongo.dispatch import answer
from mongo.document import Document
from mongo.errors import CommandError, Disconnect
from mongo.node import Node
from mongo.replica.life import Life
from mongo.wire import Message, WireError, decode_message, message_size

LOG = logging.getLogger("mongo")


class Connection(asyncio.Protocol):
    """Reads commands from one client and answers them in order."""

    def __init__(self, node: Node) -> None:
        self._node = node
        node.counters["connection"] += 1
        self._number = node.counters["connection"]
        self._buffer = bytearray()
        self._pending: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count a new client."""
        self._transport = transport  # type: ignore[assignment]  # a stream transport, by contract
        self._node.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
        """Forget a client, and what it still waits for."""
        self._node.connections -= 1
        if self._pending is not None:
            self._pending.cancel()

    def data_received(self, data: bytes) -> None:
        """Take in bytes and answer what is complete."""
        self._buffer += data
        self._answer_all()

    def _answer_all(self) -> None:
        try:
            while self._pending is None and (message := self._next_message()) is not None:
                self._answer(message)
        except (WireError, Disconnect) as error:
            LOG.info("connection %d is closed: %s", self._number, error)
            self._hang_up()

    def _next_message(self) -> Message | None:
        size = message_size(self._buffer)
        if not size or len(self._buffer) < size:
            return None
        raw = bytes(self._buffer[:size])
        del self._buffer[:size]
        return decode_message(raw)

    def _answer(self, message: Message) -> None:
        found = answer(Call(self._node, message.body, self._number))
        if isawaitable(found):
            self._pending = asyncio.get_running_loop().create_task(
                self._answer_later(message, found)
            )
        else:
            self._reply(message, found)

    async def _answer_later(self, message: Message, pending: Awaitable[Document]) -> None:
        try:
            self._reply(message, await pending)
        except Disconnect:
            self._hang_up()
        finally:
            self._pending = None
        self._answer_all()

    def _reply(self, message: Message, reply: Document) -> None:
        if message.expects_reply and self._transport and not self._transport.is_closing():
            self._transport.write(_encoded(message, reply))

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _encoded(message: Message, reply: Document) -> bytes:
    try:
        return message.encode_reply(reply)
    except (BSONError, OverflowError) as error:
        refusal = CommandError(8, f"the answer cannot be said in BSON: {error}")
        return message.encode_reply(refusal.reply())


async def serve(node: Node) -> None:
    """Listen until the process is told to end."""
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: Connection(node), node.host, node.port)
    node.port = listener.sockets[0].getsockname()[1]  # --port 0 takes any that is free
    life = Life(node.replica) if node.replica else None
    if life is not None:
        life.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, node)
    announce_ready(node)
    await node.history.changed.wait_until(lambda: node.is_stopping, None)
    if life is not None:
        life.stop()
    listener.close()
    node.history.journal.flush()


def _stop(node: Node) -> None:
    node.is_stopping = True
    node.history.changed.fire()


def announce_ready(node: Node) -> None:
    """Say on stdout, as mongod does in its log, that clients may come."""
    line = {
        "t": {"$date": datetime.now(UTC).isoformat(timespec="milliseconds")},
        "s": "I",
        "c": "NETWORK",
        "id": 23016,
        "ctx": "listener",
        "msg": "Waiting for connections",
        "attr": {"port": node.port, "ssl": "off", "standIn": True},
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
