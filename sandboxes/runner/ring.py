"""The first and the last of what the learner's code printed, never all of it."""

import json
import threading

KEPT = 64 * 1024
LARGEST = 200 * 1024  # bytes as the wire writes it, where a control character takes six


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
        """The kept text and how many bytes are missing from its middle; it fits on the wire."""
        with self._lock:
            head, tail, dropped = bytes(self._head), bytes(self._tail), self._dropped
        if not dropped and len(json.dumps(text := _text(head + tail))) <= LARGEST:
            return text, 0
        while len(json.dumps(_text(head + tail))) > LARGEST:
            kept = len(head) + len(tail)
            head, tail = head[: len(head) * 3 // 4], tail[len(tail) // 4 :]
            dropped += kept - len(head) - len(tail)
        return _text(head + f"\n... {dropped} bytes left out ...\n".encode() + tail), dropped


def _text(data: bytes) -> str:
    return data.decode(errors="backslashreplace")
