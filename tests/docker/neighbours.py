"""What a submission does to be heard by another one, in another box; runs in a box."""
# ruff: noqa: ANN001, ANN201, PTH118, T201

import fcntl
import json
import os
import socket
import sys
from pathlib import Path

PLACES = ("/etc", "/usr/bin", "/usr/lib/python3", "/opt/sandbox", "/sys", "/proc/sys", "/dev")
MOST = 100  # of descriptors that a box has
KEY = 4711
held = []


def shared():
    """Files that both boxes can open, from every part of the tree, in a fixed order."""
    found = []
    for place in PLACES:
        files = (os.path.join(at, name) for at, _, names in os.walk(place) for name in names)
        found += sorted(path for _, path in zip(range(400), files, strict=False))[:: 400 // 40]
    return [path for path in found if not Path(path).is_symlink()]  # or it would meet itself


def locked(path):
    """Whether somebody else holds a lock on it; keep it when nobody does."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return True
    except OSError:
        os.close(file)
        return False
    held.append(file)
    return False


def speak():
    """Leave a bit wherever one can be left."""
    for path in shared():
        if len(held) < MOST:
            locked(path)
    Path("/dev/shm/bit").write_text("1")
    Path("/tmp/bit").write_text("1")
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0bit")
    port = socket.create_server(("127.0.0.1", KEY))
    held.extend([abstract, port])
    return len(held)


def listen():
    """Look for the bit."""
    heard = [path for path in shared() if len(held) < 2 * MOST and locked(path)]
    heard += [place for place in ("/dev/shm/bit", "/tmp/bit") if Path(place).exists()]
    if "@bit" in Path("/proc/net/unix").read_text():
        heard.append("abstract")
    with socket.socket() as client:
        if client.connect_ex(("127.0.0.1", KEY)) == 0:
            heard.append("port")
    return heard


for line in sys.stdin:
    print(json.dumps({"speak": speak, "listen": listen}[line.strip()]()), flush=True)
