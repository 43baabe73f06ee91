"""Receives what a lesson's processes report, over a Unix datagram socket."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.background import background

LARGEST = 65_536  # bytes in one report


class Reports:
    """Listens until it is closed; what is not a report is ignored.

    Args:
        address: Where the socket is made; Unix sockets allow about 100 bytes of path.
        receive: Called with each report's fields, on the listening thread.
    """

    def __init__(self, address: Path, receive: Callable[[dict[str, Any]], None]) -> None:
        self.address = address
        self._receive = receive
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(address))
        os.chmod(address, 0o666)  # noqa: S103, PTH101  the folder around it keeps others out
        background("reports", self._listen)

    def _listen(self) -> None:
        while True:
            try:
                line = self._socket.recv(LARGEST)
            except OSError:
                return  # closed
            fields = _parsed(line)
            if fields is not None:
                self._receive(fields)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self.address.unlink(missing_ok=True)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) and isinstance(fields.get("kind"), str) else None
