"""One backend of the contract's shop: it writes down who asked, and falls ill when told to.

Alone: `python shop.py 8001`, then `curl -i localhost:8001/`.
"""

import asyncio
import sys
import time
from typing import Any

from lab.control import serve_control

BACKLOG = 16  # connections that wait while it is frozen; then nobody more gets in


class Shop:
    """A small web server; what it has seen is told to the lab alone."""

    def __init__(self) -> None:
        self.mood = "well"  # or unwell, or hangs up
        self.seen: list[tuple[float, str]] = []  # when, and the method
        self.done = self.connections = 0

    def told(self, what: dict[str, Any]) -> dict[str, Any]:
        """The rig changes or reads something."""
        self.mood = what.get("mood", self.mood)
        if what.get("zero"):
            self.seen, self.done, self.connections = [], 0, 0
        return {"seen": self.seen, "done": self.done, "connections": self.connections}

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection."""
        known = False
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = head.partition("content-length:")[2].split("\r\n")[0].strip() or 0
                await reader.readexactly(int(length))
                self.connections += not known
                known, answer = True, await self.answer(head.split()[0])
                keeps = " http/1.1" in head and "connection: close" not in head
                if answer is None or not await send(writer, *answer, keeps):
                    break
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the other side has closed, or speaks no HTTP
        finally:
            writer.close()

    async def answer(self, method: str) -> tuple[int, str] | None:
        """Status and body, or None to hang up."""
        self.seen.append((time.time(), method))
        if self.mood == "unwell":
            return 503, "unwell"
        await asyncio.sleep(0.002)
        if self.mood == "hangs up":
            return None
        self.done += 1
        return 200, "done"


async def send(writer: asyncio.StreamWriter, status: int, text: str, keeps: bool) -> bool:
    """Write an answer; whether the connection stays open."""
    word = "keep-alive" if keeps else "close"
    head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(text)}\r\nConnection: {word}\r\n\r\n"
    writer.write((head + text).encode())
    await writer.drain()
    return keeps


async def serve(port: int) -> None:
    """Serve until killed."""
    shop = Shop()
    serve_control(shop.told)
    server = await asyncio.start_server(shop.talk, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
