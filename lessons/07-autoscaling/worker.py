"""One pod: a web server that burns real CPU for every request.

    GET /       200 once it has started up, 503 before: what a readinessProbe asks
    GET /work   burns its share of CPU, then 200; 503 while starting up, or over the CPU limit
    GET /cpu    seconds of CPU so far, for systems without /proc

Started as `python worker.py PORT BORN BOOT_SECONDS QUOTA_MS COST_MS`. It has no clock of its own:
virtual time comes with each request (`X-Now`, `X-Slice`), so that five minutes pass in seconds.
"""

import contextlib
import signal
import socket
import sys
import time
from types import FrameType


class Worker:
    """Serves one request after the other.

    Args:
        born: Virtual second in which the pod was started.
        boot_seconds: How long it loads before it can serve.
        quota_ms: CPU it may use in one slice of virtual time, as a limit in the manifest says.
        cost_ms: CPU that one request takes.
    """

    def __init__(self, born: float, boot_seconds: float, quota_ms: float, cost_ms: float) -> None:
        self.ready_at = born + boot_seconds
        self.allowed = round(quota_ms / cost_ms)  # requests in a slice
        self.cost = cost_ms / 1000
        self.slice = -1
        self.served = 0  # in this slice
        self.owed = time.process_time()  # CPU that we should have used by now
        self.is_working = False
        self.is_ending = False

    def answer(self, path: str, now: float, number: int) -> tuple[int, str]:
        """What to say to a request."""
        if path == "/cpu":
            return 200, repr(time.process_time())
        if now < self.ready_at:
            return 503, "starting up"
        if path == "/":
            return 200, "ready"
        return self.work(number) if path == "/work" else (404, "there is nothing here")

    def work(self, number: int) -> tuple[int, str]:
        """Burn CPU, unless the limit for this slice of time is used up."""
        if number != self.slice:
            self.slice, self.served = number, 0
        if self.served >= self.allowed:
            return 503, "over its CPU limit"
        self.served += 1
        self.owed = max(self.owed, time.process_time() - self.cost / 2) + self.cost
        while time.process_time() < self.owed:
            pass  # the overhead of the connection is part of the cost
        return 200, "done"

    def end(self, _number: int, _frame: FrameType | None) -> None:
        """SIGTERM: finish what is under way, then go."""
        self.is_ending = True
        if not self.is_working:
            sys.exit(0)

    def serve(self, connection: socket.socket) -> None:
        """Read one request, answer it."""
        text = connection.recv(4096).decode("latin-1")
        if not text:
            return  # somebody only looked whether we listen
        first, *lines = text.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        now, number = float(headers.get("x-now", 0)), int(headers.get("x-slice", 0))
        status, words = self.answer(first.split()[1], now, number)
        head = f"HTTP/1.0 {status} .\r\nContent-Length: {len(words)}\r\n\r\n"
        connection.sendall((head + words).encode())


def main() -> None:
    """Serve until SIGTERM."""
    port, *numbers = sys.argv[1:]
    worker = Worker(*(float(one) for one in numbers))
    signal.signal(signal.SIGTERM, worker.end)
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    while not worker.is_ending:
        connection, _ = listener.accept()
        worker.is_working = True
        with connection:
            connection.settimeout(2)
            with contextlib.suppress(OSError):  # the client is gone
                worker.serve(connection)
        worker.is_working = False


if __name__ == "__main__":
    main()
