"""One request ends in its time, whatever the other side does."""

import contextlib
import socket
import threading
import time

import pytest

from lab.http import http_request

SECONDS = 0.5


def drip(listener: socket.socket, head: bytes) -> None:
    """Take one connection, say the head, then a byte now and then until it is closed."""
    talking, _ = listener.accept()
    with talking, contextlib.suppress(OSError):
        talking.sendall(head)
        while True:
            talking.sendall(b"a")
            time.sleep(0.02)


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 200 OK\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ids=["nothing", "status", "header", "body", "chunks"],
)  # fmt: skip
def test_an_answer_that_drips_is_none(head):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=(listener, head), daemon=True)
        server.start()
        started = time.monotonic()
        reply = http_request(listener.getsockname()[1], timeout=SECONDS)
        assert time.monotonic() - started < SECONDS + 2
        assert (reply.status, reply.ok) == (0, False)
        server.join(5)
