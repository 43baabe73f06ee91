"""The first and the last of what the learner's code printed, never all of it."""

import threading

KEPT = 64 * 1024


class Ring:
    """Keeps head and tail of a stream and counts what it left out; safe from any thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._lock = threading.Lock()
        self._half = kept // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        with self._lock:
            room = self._half - len(self._head)
            self._head += data[:room]
            self._tail += data[room:] if room < len(data) else b""
            extra = len(self._tail) - self._half
            if extra > 0:
                del self._tail[:extra]
                self._dropped += extra

    def read(self) -> tuple[str, int]:
        """The kept text and how many bytes are missing from its middle."""
        with self._lock:
            head, tail, dropped = bytes(self._head), bytes(self._tail), self._dropped
        if not dropped:
            return (head + tail).decode(errors="backslashreplace"), 0
        gap = f"\n... {dropped} bytes left out ...\n".encode()
        return (head + gap + tail).decode(errors="backslashreplace"), dropped
