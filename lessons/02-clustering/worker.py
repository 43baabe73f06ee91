"""One worker: a process that takes connections, answers them, and leaves when it is told to.

A worker and its master share a channel, one pair of connected sockets:

    master -> worker   a connection, when the master hands them out; hanging up means "leave"
    worker -> master   READY once it can answer, LEAVING when somebody sent it SIGTERM

So the master's own death and its order to leave look the same from here: the channel ends. A worker
whose master was killed finishes what it holds and goes, and no orphan keeps the port.
"""

import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from app import App
from scoreboard import Row
from settings import Settings

from lab.report import report

READY, LEAVING = b"R", b"L"
BEAT_SECONDS = 0.1
CANNOT_START = 3  # exit status of a worker whose application does not come up


class Worker:
    """Takes connections on one thread and answers each on another."""

    def __init__(self, row: Row, channel: socket.socket, listener: socket.socket) -> None:
        self._row = row
        self._channel = channel
        self._listener = listener
        self._answers: set[threading.Thread] = set()
        self._counting = threading.Lock()

    def run(self, settings: Settings) -> None:
        """Boot, say so, take connections until the channel ends, finish them."""
        signal.signal(signal.SIGTERM, self._ask_to_leave)
        self._app = start_app(settings)
        signal.signal(signal.SIGUSR1, self._start_leaking)
        self._channel.send(READY)
        doors = [self._channel, *([self._listener] if settings.accept == "shared" else [])]
        self._take_connections(who_knocks(doors))
        for thread in list(self._answers):
            thread.join(settings.patience_seconds)

    def _take_connections(self, knocks: Callable[[], set[int]]) -> None:
        while True:
            self._beat()
            doors = knocks()
            if self._channel.fileno() in doors and not self._receive():
                return
            if self._listener.fileno() in doors:
                self._accept()

    def _beat(self) -> None:
        """Show the master that this loop still turns, and how large and busy this process is."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        self._row["beat_ms"] = int(time.monotonic() * 1000)
        self._row["cpu_ms"] = int((used.ru_utime + used.ru_stime) * 1000)
        unit = 1024 if sys.platform == "darwin" else 1  # macOS counts bytes, Linux kilobytes
        self._row["memory_kb"] = used.ru_maxrss // unit

    def _accept(self) -> None:
        """Shared mode: take a connection from the port, if no other worker was faster."""
        self._row["taken"] += 1  # before it is ours, so that a kill finds it counted
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            self._row["taken"] -= 1
        else:
            self._start_answer(connection)

    def _receive(self) -> bool:
        """Hand-out mode: take a connection that the master sent; False once it hung up."""
        data, received, _, _ = socket.recv_fds(self._channel, 1, 1)
        for number in received:
            self._start_answer(socket.socket(fileno=number))
        return data != b""

    def _start_answer(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
        self._answers.add(thread)
        thread.start()

    def _answer(self, connection: socket.socket) -> None:
        """Read one request, answer it, close; a client that went away is no error of ours."""
        start = time.monotonic()
        ok = False
        with connection, suppress(OSError):
            path = read_path(connection)
            body = self._app.answer(path).encode() if path else b""
            connection.sendall(self._head(len(body)) + body)
            ok = True
        with self._counting:
            self._row["done"] += 1
            self._answers.discard(threading.current_thread())
        ms = (time.monotonic() - start) * 1000
        name = f"worker-{self._row['slot']}"
        report("traffic", source="master", target=name, requests=1, errors=int(not ok), ms=ms)

    def _head(self, length: int) -> bytes:
        who = f"X-Worker: {self._row['slot']}\r\nX-Pid: {os.getpid()}\r\n"
        rest = f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
        return f"HTTP/1.1 200 OK\r\n{who}{rest}".encode()

    def _ask_to_leave(self, _number: int, _frame: FrameType | None) -> None:
        """SIGTERM: ask the master to send nothing more; it answers by hanging up."""
        with suppress(OSError):
            self._channel.send(LEAVING)

    def _start_leaking(self, _number: int, _frame: FrameType | None) -> None:
        self._app.is_leaking = True


def start_app(settings: Settings) -> App:
    """The application, or an exit status that tells the master where to look."""
    try:
        return App(settings)
    except RuntimeError:
        raise SystemExit(CANNOT_START) from None


def who_knocks(doors: list[socket.socket]) -> Callable[[], set[int]]:
    """A function that waits, for one beat at most, and returns the doors where somebody waits.

    Where the system has epoll, it is told to wake one idle worker per connection and not all of
    them, as nginx does. Which one that is, is up to the kernel.
    """
    if hasattr(select, "epoll"):
        epoll = select.epoll()
        for door in doors:
            epoll.register(door, select.EPOLLIN | select.EPOLLEXCLUSIVE)
        return lambda: {number for number, _ in epoll.poll(BEAT_SECONDS)}
    poll = select.poll()
    for door in doors:
        poll.register(door, select.POLLIN)
    return lambda: {number for number, _ in poll.poll(BEAT_SECONDS * 1000)}


def read_path(connection: socket.socket) -> str:
    """The path of an HTTP request; empty when the client left before it asked."""
    connection.settimeout(5)
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 16_384:
        piece = connection.recv(4096)
        if not piece:
            return ""
        head += piece
    return head.split(b" ", 2)[1].decode("latin-1") if head.count(b" ") >= 2 else "/"


def run_worker(
    row: Row, channel: socket.socket, listener: socket.socket, settings: Settings
) -> NoReturn:
    """All of a worker's life. It never returns: behind the call lies the master's code."""
    row["pid"], row["beat_ms"] = os.getpid(), int(time.monotonic() * 1000)
    status = 1
    try:
        Worker(row, channel, listener).run(settings)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except Exception as error:  # noqa: BLE001  whatever it is, this process ends and the log says why
        sys.stderr.write(f"worker {row['slot']} cannot go on: {error}\n")
    finally:
        os._exit(status)
