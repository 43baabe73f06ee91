"""HTTP in a few lines of asyncio: JSON in, JSON out, a connection per request."""

import asyncio
import json
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lab.control import serve_control
from lab.report import report

TELL_SECONDS = 0.25
CONTROL_SECONDS = 4.0
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants."""

    method: str
    path: str
    query: Mapping[str, str]
    value: Any  # the body's JSON


@dataclass(frozen=True, slots=True)
class Answer:
    """What they get; status 0 means that nothing came, and `value` says why."""

    status: int
    value: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    ms: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it is what was wanted."""
        return self.status == 200


Handler = Callable[[Request], Awaitable[Answer]]


def obey(handle: Callable[[dict[str, Any]], Any]) -> None:
    """Let the lab steer this process: `handle` answers it, on the loop that runs now."""
    loop = asyncio.get_running_loop()

    async def answer(fields: dict[str, Any]) -> Any:
        return handle(fields)

    def wait(fields: dict[str, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(answer(fields), loop).result(CONTROL_SECONDS)

    serve_control(wait)


async def serve(handle: Handler, *, port: int = 0, sock: socket.socket | None = None) -> None:
    """Answer requests until cancelled, on a port or on a socket that listens already."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await handle(await _request(reader))
            text = json.dumps(answer.value).encode()
            lines = [f"{name}: {value}\r\n" for name, value in answer.headers.items()]
            head = f"HTTP/1.0 {answer.status} \r\nContent-Length: {len(text)}\r\n"
            writer.write(f"{head}{''.join(lines)}\r\n".encode() + text)
            await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # a visitor who left, or who speaks something else
        finally:
            writer.close()

    where: dict[str, Any] = {"sock": sock} if sock else {"host": "127.0.0.1", "port": port}
    server = await asyncio.start_server(talk, backlog=256, **where)
    await server.serve_forever()


async def ask(
    port: int,
    path: str,
    value: object = None,
    *,
    method: str = "",
    timeout: float = 5.0,
) -> Answer:
    """Ask once; a failure is an Answer with status 0, never an exception."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(timeout):
            raw = await _exchange(port, path, value, method)
        head, _, text = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): text for name, _, text in (one.partition(": ") for one in lines)}
        body = json.loads(text) if text[:1] == b"{" else {}
        return Answer(int(first.split()[1]), body, headers, ms_since(started))
    except TimeoutError:
        return Answer(0, {"why": f"no answer within {timeout:g} s"}, NOTHING, ms_since(started))
    except (OSError, ValueError, IndexError, asyncio.IncompleteReadError) as error:
        return Answer(0, {"why": type(error).__name__}, NOTHING, ms_since(started))


async def _exchange(port: int, path: str, value: object, method: str) -> bytes:
    body = b"" if value is None else json.dumps(value).encode()
    verb = method or ("GET" if value is None else "POST")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"{verb} {path} HTTP/1.0\r\nHost: lab\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        # Not until the end: nginx hangs up only when it has also renewed an old copy behind us.
        return told + await reader.readexactly(_length(told))
    finally:
        writer.close()


async def _request(reader: asyncio.StreamReader) -> Request:
    told = await reader.readuntil(b"\r\n\r\n")
    method, target, _ = told.decode().split("\r\n")[0].split(" ", 2)
    body = await reader.readexactly(_length(told))
    url = urlsplit(target)
    return Request(method, url.path, dict(parse_qsl(url.query)), json.loads(body or b"{}"))


def _length(head: bytes) -> int:
    """How long the body is, by the head."""
    for line in head.decode().split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


class Tally:
    """Adds up what went over each edge, and tells the lab four times a second."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str]] = Counter()
        self._errors: Counter[tuple[str, str]] = Counter()
        self._ms: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(self, source: str, target: str, ms: float, *, ok: bool = True) -> None:
        """One request."""
        self._requests[source, target] += 1
        self._errors[source, target] += not ok
        self._ms[source, target] += ms

    async def tell(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(TELL_SECONDS)
            for (source, target), count in self._requests.items():
                report(
                    "traffic", source=source, target=target, requests=count,
                    errors=self._errors[source, target],
                    ms=self._ms[source, target] / count,
                )  # fmt: skip
            for counts in (self._requests, self._errors, self._ms):
                counts.clear()


def ms_since(started: float) -> float:
    """Milliseconds since a `monotonic()` reading."""
    return round((time.monotonic() - started) * 1000, 2)
