"""A submission that looks for whatever the one before it left."""

import ctypes
import os
import socket
from contextlib import suppress
from pathlib import Path

LIBRARY = ctypes.CDLL(None)
KEY = 4711


def seek():
    """Everything that is not mine or the sandbox's own."""
    return {
        "uid": os.getuid(),
        "files": sorted(files()),
        "processes": sorted(processes()),
        "shared": [
            kind
            for kind in ("shm", "sem", "msg")
            if len(Path(f"/proc/sysvipc/{kind}").read_text().splitlines()) > 1
        ],
        "found": [
            name
            for name, number in (
                ("shm", LIBRARY.shmget(KEY, 0, 0)),
                ("sem", LIBRARY.semget(KEY, 0, 0)),
                ("msg", LIBRARY.msgget(KEY, 0)),
            )
            if number >= 0
        ],
        "abstract": [line for line in Path("/proc/net/unix").read_text().split() if line[0] == "@"],
        "listening": listening(),
    }


def files():
    for place in ("/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/run", "/work"):
        with suppress(OSError):
            for name in os.listdir(place):
                path = Path(place, name)
                if path.lstat().st_uid not in {0, os.getuid()}:
                    yield str(path)


def processes():
    for name in os.listdir("/proc"):
        with suppress(OSError):
            uid = Path("/proc", name).stat().st_uid
            if name.isdigit() and uid not in {0, os.getuid()}:
                yield f"{name} of {uid}"


def listening():
    try:
        socket.create_connection(("127.0.0.1", KEY), timeout=1).close()
    except OSError:
        return False
    return True
