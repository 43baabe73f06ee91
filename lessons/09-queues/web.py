"""HTTP in a few lines of asyncio: JSON in, JSON out, a connection per request."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from lab.control import serve_control

Answer = tuple[int, dict[str, Any]]
Handler = Callable[[str, str, Any], Awaitable[Answer]]
PATIENCE_SECONDS = 10.0
CONTROL_SECONDS = 4.0


class Refused(Exception):
    """The other side answered with an error, or not at all."""


def obey(handle: Callable[[dict[str, Any]], Any]) -> None:
    """Let the lab steer this process: `handle` answers it, on the loop that runs now."""
    loop = asyncio.get_running_loop()

    async def answer(fields: dict[str, Any]) -> Any:
        return handle(fields)

    def wait(fields: dict[str, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(answer(fields), loop).result(CONTROL_SECONDS)

    serve_control(wait)


async def serve(port: int, handle: Handler) -> None:
    """Answer requests until killed; `handle` gets method, path and the parsed body."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            method, path, body = await _request(reader)
            status, answer = await handle(method, path, body)
            text = json.dumps(answer).encode()
            head = f"HTTP/1.0 {status} \r\nContent-Length: {len(text)}\r\n\r\n"
            writer.write(head.encode() + text)
            await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # a visitor who left, or who speaks something else
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


async def post(port: int, path: str, value: object) -> dict[str, Any]:
    """POST a JSON value; raises Refused for anything but a good answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            status, answer = await _ask(port, path, json.dumps(value).encode())
    except (OSError, TimeoutError, ValueError, IndexError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    if status != 200:
        raise Refused(f"{status} {answer.get('why', '')}".strip())
    return answer


async def _ask(port: int, path: str, body: bytes) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"POST {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.read(-1)
    finally:
        writer.close()
    first, _, text = answer.partition(b"\r\n\r\n")
    return int(first.split()[1]), json.loads(text or b"{}")


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    method, path, _ = head.split("\r\n")[0].split(" ", 2)
    length = 0
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    body = await reader.readexactly(length)
    return method, path, json.loads(body) if body else {}
