"""The attached socket of a container."""

from typing import Protocol


class Pipe(Protocol):
    """The attached socket of a container."""

    def sendall(self, data: bytes, /) -> None:
        """Write all of it to stdin."""

    def recv(self, limit: int, /) -> bytes:
        """Read what there is of stdout and stderr, interleaved in frames."""

    def shutdown(self, how: int, /) -> None:
        """End both directions, which wakes a reader."""

    def close(self) -> None:
        """Give the descriptor back."""


class Attached:
    """A socket, together with the response it came out of, which has to be closed too.

    Args:
        pipe: The socket.
        response: What the driver handed out around it.
    """

    def __init__(self, pipe: Pipe, response: Pipe) -> None:
        self.sendall = pipe.sendall
        self.recv = pipe.recv
        self.shutdown = pipe.shutdown
        self._both = (response, pipe)

    def close(self) -> None:
        """Close both."""
        for part in self._both:
            part.close()
