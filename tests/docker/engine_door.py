"""A door before the Docker engine's socket that can be held shut, or slammed."""

import contextlib
import socket
import threading
from pathlib import Path

ENGINE = "/var/run/docker.sock"
CHUNK = 64 * 1024


class EngineDoor:
    """Hands on what goes through it; the engine and its other users notice nothing.

    Args:
        path: Of the socket that stands for the engine's.
    """

    def __init__(self, path: Path) -> None:
        self.address = f"unix://{path}"
        self._open = threading.Event()
        self._open.set()
        self._is_slammed = self._is_over = False
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Let nothing through any more, as an engine that was stopped."""
        self._open.clear()

    def slam(self) -> None:
        """Cut every connection, and every new one, as an engine that was killed."""
        self._is_slammed = True
        self._hang_up()

    def go_on(self) -> None:
        """Let everything through again."""
        self._is_slammed = False
        self._open.set()

    def close(self) -> None:
        """Nobody comes any more."""
        self._is_over = True
        self._open.set()
        self._listener.close()
        self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._is_over:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            if self._is_slammed:
                visitor.close()
                continue
            engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            engine.connect(ENGINE)
            with self._lock:
                self._ends |= {visitor, engine}
            threading.Thread(target=self._hand_on, args=(visitor, engine), daemon=True).start()

    def _hand_on(self, visitor: socket.socket, engine: socket.socket) -> None:
        """Both ways, until both have ended."""
        with visitor, engine:
            back = threading.Thread(target=self._pump, args=(engine, visitor), daemon=True)
            back.start()
            self._pump(visitor, engine)
            back.join()
        with self._lock:
            self._ends -= {visitor, engine}

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._open.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
