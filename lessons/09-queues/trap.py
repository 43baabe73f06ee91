"""Stands between workers and Redis, and ends a worker after its n-th command: for exercises."""

import contextlib
import socket
import threading
from collections.abc import Callable


class Trap:
    """Counts what workers send once they have got a certain job, and kills in place of an answer.

    Args:
        redis_port: Where the real Redis is.
        kill: Ends the worker; the only one that runs.
    """

    def __init__(self, redis_port: int, kill: Callable[[], object]) -> None:
        self.sprung = threading.Event()
        self._redis_port, self._kill = redis_port, kill
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._commands = 0  # that the worker may send once it has the job
        self._mark = b""  # in the job that makes it count
        self._left: int | None = None  # commands until the end, once it has the job
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, mark: str, commands: int) -> None:
        """Kill whoever gets the job with this mark, when Redis has done so many commands more."""
        with self._lock:
            self.sprung.clear()
            self._mark, self._commands, self._left = mark.encode(), commands, None

    def disarm(self) -> bool:
        """It kills nobody from now on; whether it was set until now."""
        with self._lock:
            was_set, self._mark, self._left = bool(self._mark), b"", None
        return was_set

    def _accept(self) -> None:
        """Connections, each with two threads."""
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        """A command, its answer, and so on: the client waits for each answer."""
        try:
            server = socket.create_connection(("127.0.0.1", self._redis_port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
        try:
            while chunk := client.recv(65536):
                with self._lock:
                    if self._left is not None:
                        self._left -= 1
                server.sendall(chunk)
        except OSError:
            pass
        finally:
            for one in (client, server):
                hang_up(one)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        """What Redis says; instead of the last answer comes the end."""
        try:
            while chunk := server.recv(65536):
                if self._is_over() and self.disarm():
                    self._kill()
                    self.sprung.set()
                    return
                with self._lock:
                    if self._left is None and self._mark and self._mark in chunk:
                        self._left = self._commands
                client.sendall(chunk)
        except OSError:
            pass

    def _is_over(self) -> bool:
        with self._lock:
            return self._left is not None and self._left <= 0


def hang_up(one: socket.socket) -> None:
    """End a connection, also for a thread that is reading from it."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
