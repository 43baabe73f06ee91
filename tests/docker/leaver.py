"""A submission that leaves as much as it can for the next one."""

import ctypes
import os
import socket
import time
from pathlib import Path

LIBRARY = ctypes.CDLL(None)
MADE_FOR_ALL = 0o1666  # IPC_CREAT, and everybody may use it
KEY = 4711


def leave():
    """Everything at once; what was really left."""
    return {"files": files(), "shared": shared(), "daemon": daemon(), "here": str(Path.cwd())}


def files():
    closed = Path("closed/inner")
    closed.mkdir(parents=True)
    (closed / "secret").write_text("mine")
    for folder in (closed, closed.parent):
        folder.chmod(0)
    left = []
    for place in ("/tmp", "/dev/shm", "/dev/mqueue"):
        try:
            Path(place, "for-the-next").mkdir(mode=0o777)
            Path(place, "for-the-next", "note").write_text("hello")
            Path(place, "link").symlink_to("/etc/passwd")
            Path(place, "for-the-next").chmod(0)
            left.append(place)
        except OSError:
            pass
    return left


def shared():
    made = [
        LIBRARY.shmget(KEY, 4096, MADE_FOR_ALL),
        LIBRARY.semget(KEY, 1, MADE_FOR_ALL),
        LIBRARY.msgget(KEY, MADE_FOR_ALL),
    ]
    return [number >= 0 for number in made]


def daemon():
    ready, tell = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            abstract = socket.socket(socket.AF_UNIX)
            abstract.bind("\0for-the-next")
            abstract.listen()
            port = socket.create_server(("127.0.0.1", 4711))
            os.write(tell, b"!")
            while port:
                time.sleep(1)
        os._exit(0)
    return os.read(ready, 1) == b"!"
