"""Loopback ports: which are free, who answers, and who owns a listener."""

import contextlib
import os
import socket
import sys
import threading
from collections import deque
from pathlib import Path

from lab.errors import LabError

LISTEN = "0A"  # as /proc/net/tcp writes the state
# Below those that a system gives to whoever connects, who would take one before it is listened on.
PORTS = range(10_000, 32_768)
MOST_GIVEN = 1_000  # ports that are not given again
MOST_DRAWS = 10_000

MOST_RESERVED = 32  # of those, the last ones: by then who got the others listens on them

_given: deque[int] = deque(maxlen=MOST_GIVEN)
_reserved: deque[int] = deque(maxlen=MOST_RESERVED)
_giving = threading.Lock()


def free_port() -> int:
    """A loopback port that nobody listens on, and that no other lab was given lately."""
    with _giving:
        for _ in range(MOST_DRAWS):
            port = PORTS[int.from_bytes(os.urandom(4), "big") % len(PORTS)]
            if port not in _given and _is_free(port) and _is_reserved(port):
                _given.append(port)
                return port
    raise LabError("no loopback port is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _is_reserved(port: int) -> bool:
    """Whether it is ours now, and not that of another lab in this network namespace.

    A name that the kernel gives to one process at a time, and takes back when that ends.
    """
    if sys.platform != "linux":  # names without a file are known there alone
        return True
    reservation = socket.socket(socket.AF_UNIX)
    try:
        reservation.bind(f"\0course-port-{port}")
    except OSError:
        reservation.close()
        return False
    if len(_reserved) == MOST_RESERVED:
        os.close(_reserved.popleft())
    _reserved.append(reservation.detach())
    return True


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
