"""One HTTP request over loopback, on a connection of its own."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

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
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers))
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, _ms_since(started), error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()
    names = {name.lower(): value for name, value in answer.getheaders()}
    return Reply(answer.status, _ms_since(started), names, content)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
