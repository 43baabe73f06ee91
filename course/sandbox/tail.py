"""The first and last bytes of a stream that may never end."""


class Tail:
    """Keeps the head and the tail of what it is fed, and counts what it left out.

    Args:
        limit: How many bytes to keep, half of them from the start.
    """

    def __init__(self, limit: int = 64 * 1024) -> None:
        self._half = limit // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        excess = len(self._tail) - self._half
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess

    def text(self) -> str:
        """What was kept, with a line that says how much is missing between the halves."""
        gap = f"\n… {self._dropped} bytes left out …\n".encode() if self._dropped else b""
        return bytes(self._head + gap + self._tail).decode("utf-8", "backslashreplace")
