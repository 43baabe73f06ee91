"""One backend: a small web server that says who it is and how busy, and falls ill when told to.

Alone: `python backend.py a 8001`, then `curl -i localhost:8001/`.
"""

import asyncio
import json
import sys

from lab.report import report

REASONS = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}
Request = tuple[str, str, bool, bytes]  # method, path, whether to keep the connection, body


class Backend:
    """Serves one request at a time; the others wait in the order they came.

    Args:
        name: What it calls itself in its answers.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.settings = {"work_ms": 20.0, "mood": "well"}  # or sick, or cuts
        self.in_flight = self.connections = self.requests = self.orders = 0
        self._desk = asyncio.Semaphore(1)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection until one side has had enough."""
        nth = 0
        try:
            while (request := await read(reader)) is not None:
                nth += not request[1].startswith("/_")
                if not await self._answer(request, nth, writer) or not request[2]:
                    break
        except (OSError, asyncio.IncompleteReadError):
            report("note", text=f"{self.name}: somebody hung up", node=self.name)
        finally:
            writer.close()

    async def _answer(self, request: Request, nth: int, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection is still good."""
        method, path, keeps, body = request
        if path.startswith("/_"):
            return await send(writer, 200, self._told(path, body), {}, keeps)
        self.requests += 1
        self.connections += nth == 1
        self.in_flight += 1
        headers = {"X-Backend": self.name, "X-Nth": nth, "X-In-Flight": self.in_flight}
        try:
            status = await self._work(method)
        finally:
            self.in_flight -= 1
        if status is None:
            return False  # hangs up without a word
        return await send(writer, status, f"{self.name}\n", headers, keeps)

    async def _work(self, method: str) -> int | None:
        if self.settings["mood"] == "sick":
            return 503
        self.orders += method == "POST"  # written down before it is answered, as in a database
        async with self._desk:
            await asyncio.sleep(float(self.settings["work_ms"]) / 1000)
        return None if self.settings["mood"] == "cuts" else 200

    def _told(self, path: str, body: bytes) -> str:
        """The lesson asks or changes something."""
        if path == "/_settings":
            self.settings |= json.loads(body)
        elif path == "/_zero":
            self.connections = self.requests = self.orders = 0
        counts = ("in_flight", "connections", "requests", "orders")
        return json.dumps({name: getattr(self, name) for name in counts})


async def read(reader: asyncio.StreamReader) -> Request | None:
    """The next request on a connection; None when the other side has closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, version = first.split()
    fields = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    keeps = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return method, path, keeps, body


async def send(
    writer: asyncio.StreamWriter, status: int, text: str, headers: dict[str, object], keeps: bool
) -> bool:
    """Write an answer; True."""
    body = text.encode()
    lines = {
        **headers,
        "Content-Length": len(body),
        "Connection": "keep-alive" if keeps else "close",
    }
    head = [f"HTTP/1.1 {status} {REASONS[status]}", *(f"{name}: {v}" for name, v in lines.items())]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    await writer.drain()
    return True


async def serve(name: str, port: int) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(Backend(name).talk, "127.0.0.1", port, backlog=256)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
