"""One HTTP request over loopback, on a connection of its own."""

import http.client
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

LARGEST = 8 << 20  # bytes of a body that are read
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or why there was none: then `status` is 0 and `error` says so."""

    status: int
    ms: float
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it came and is no error of the server's."""
        return 0 < self.status < HTTPStatus.INTERNAL_SERVER_ERROR


class Hurried(socket.socket):
    """Whatever comes bit by bit is read until its time is over, and no longer."""

    until = 0.0

    def recv_into(self, *arguments: Any) -> int:
        """As `socket.recv_into`, with what is left of the time."""
        self.settimeout(max(self.until - time.monotonic(), 0.001))
        return super().recv_into(*arguments)


class HurriedConnection(http.client.HTTPConnection):
    """A connection whose whole answer has to come in its timeout."""

    def connect(self) -> None:
        """Connect, and start counting."""
        super().connect()
        hurried = Hurried(fileno=self.sock.detach())
        hurried.settimeout(self.timeout)
        hurried.until = time.monotonic() + (self.timeout or 0.0)
        self.sock = hurried


def http_request(
    port: int,
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] = NO_HEADERS,
    body: bytes = b"",
    timeout: float = 5.0,
    host: str = "127.0.0.1",
) -> Reply:
    """Ask once; a failure is a Reply with status 0, never an exception."""
    started = time.perf_counter()
    connection = HurriedConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers))
        answer = connection.getresponse()
        content = answer.read(LARGEST)
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, _ms_since(started), error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()
    names = {name.lower(): value for name, value in answer.getheaders()}
    return Reply(answer.status, _ms_since(started), names, content)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
