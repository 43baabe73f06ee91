"""A connection from one member to another."""

import asyncio

from mongo.document import Document
from mongo.errors import CommandError
from mongo.wire import HEADER, decode_message, encode_message


class Link:
    """Asks one member one thing at a time; connects when it has to."""

    def __init__(self, address: str, key: str = "") -> None:
        self.address = address
        self._said = {"$db": "admin", **({"key": key} if key else {})}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._lock = asyncio.Lock()

    async def ask(self, body: Document, seconds: float) -> Document:
        """Send a command and wait for its answer; OSError if the member is out of reach."""
        async with self._lock:
            try:
                async with asyncio.timeout(seconds):
                    reply = await self._exchange(body | self._said)
            except (OSError, EOFError, TimeoutError) as error:
                self.close()
                raise ConnectionError(f"{self.address} does not answer") from error
            except asyncio.CancelledError:
                self.close()
                raise
        if not reply.get("ok"):
            raise CommandError(reply.get("code", 8), reply.get("errmsg", "refused"))
        return reply

    async def _exchange(self, body: Document) -> Document:
        if self._streams is None:
            host, _, port = self.address.rpartition(":")
            self._streams = await asyncio.open_connection(host, int(port))
        reader, writer = self._streams
        writer.write(encode_message(body))
        await writer.drain()
        head = await reader.readexactly(HEADER.size)
        size = HEADER.unpack(head)[0]
        return decode_message(head + await reader.readexactly(size - HEADER.size)).body

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
