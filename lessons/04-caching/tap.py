"""A tap: stands between a program and Redis, hears what they say, and may hold or end it."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Look = Callable[[bytes], None]
CHUNK = 1 << 16


class HangUpError(Exception):
    """Raised by whoever looks: end this connection, without handing on what was just heard."""


class Tap:
    """Hands on what it hears, both ways; whoever looks sees each piece before the other side does.

    Args:
        port: Of the server.
        asked: Looks at what clients ask.
        answered: Looks at what the server answers; takes as long as it wants.
    """

    def __init__(self, port: int, asked: Look | None = None, answered: Look | None = None) -> None:
        self._server = port
        self._asked, self._answered = asked, answered
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, url: str) -> str:
        """The server's address for somebody who is to come in through this tap."""
        return url.replace(f":{self._server}/", f":{self.port}/")

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server), timeout=5)
        except OSError:  # it is down: so is this
            client.close()
            return
        server.settimeout(None)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=_pump, args=(server, client, self._answered), daemon=True)
        back.start()
        _pump(client, server, self._asked)
        back.join()
        for one in (client, server):
            one.close()


def _pump(source: socket.socket, target: socket.socket, look: Look | None) -> None:
    """Hand on until one side has had enough; then both have."""
    with suppress(OSError, HangUpError):
        while data := source.recv(CHUNK):
            if look is not None:
                look(data)
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
