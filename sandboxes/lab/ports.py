"""Loopback ports: which are free, who answers, and who owns a listener."""

import contextlib
import socket
from pathlib import Path

LISTEN = "0A"  # as /proc/net/tcp writes the state


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether somebody accepts connections on a loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def listener_uids(port: int) -> set[int]:
    """The uids of those who listen on a port; empty where the system does not tell."""
    found: set[int] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            found |= _listeners(table.read_text(), port)
    return found


def _listeners(table: str, port: int) -> set[int]:
    uids = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
            uids.add(int(fields[7]))
    return uids
