"""A box: one process that stands for one computer. Its size decides how much it can do.

    python box.py --name box-1 --port 8001 --size 1

    GET  /             a page: a little computing, then a wait for a database that is not shown
    GET  /?work=0&wait=300     the same with other times, in ms
    GET  /job?workers=8&talk=1 one big job (job.py)
    POST /visits       one more visitor; GET says how many there were, DELETE begins again
    POST /slots?8      work on so many requests at once
    GET  /status       how many are worked on, how many stand in line

SIGTERM: take nothing new, finish what was begun, end.
"""

import argparse
import hashlib
import json
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from job import do_job
from slots import Allowance, LineFull, Slots

WORK_MS, WAIT_MS = 2.0, 28.0  # of a page
SLOTS, CPU_MS, LINE = 2, 100.0, 16  # of a box of size 1: a tenth of a core


class Box:
    """What all requests of this process share."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.slots = Slots(SLOTS * size, LINE * size)
        self.allowance = Allowance(CPU_MS * size)
        self.visits = 0  # in memory: nobody else sees it, and it ends with the process
        self.one_at_a_time = threading.Lock()

    def page(self, work_ms: float = WORK_MS, wait_ms: float = WAIT_MS) -> dict[str, float]:
        """Wait for a slot, compute, wait for the database; where the time went, in ms."""
        came = time.monotonic()
        with self.slots:
            began = time.monotonic()
            if work_ms:
                compute(work_ms)
                self.allowance.spend(work_ms)
            time.sleep(wait_ms / 1000)
        ended = time.monotonic()
        return {"line_ms": round((began - came) * 1000), "slot_ms": round((ended - began) * 1000)}

    def visit(self) -> int:
        """Count one visitor more."""
        with self.one_at_a_time:
            self.visits += 1
            return self.visits


def compute(cpu_ms: float) -> None:
    """Use this much CPU time; the time in which others have the CPU does not count."""
    end = time.thread_time() + cpu_ms / 1000
    digest = b"a page"
    while time.thread_time() < end:
        digest = hashlib.sha256(digest).digest()


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP; every request has a thread of its own."""

    box: Box

    def do_GET(self) -> None:
        """A page, or one of the questions above."""
        url = urlsplit(self.path)
        asked = dict(parse_qsl(url.query))
        try:
            self.answer(200, self.found(url.path, asked))
        except LineFull:
            self.answer(503, {"error": "the line is full"})

    def found(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        """What to answer."""
        box = self.box
        if path == "/status":
            return {"busy": box.slots.busy, "line": box.slots.waiting, "slots": box.slots.count}
        if path == "/visits":
            return {"visits": box.visits}
        if path == "/job":
            return do_job(int(asked["workers"]), talking=asked.get("talk") == "1")
        times = {f"{name}_ms": float(ms) for name, ms in asked.items()}
        return box.page(**times)

    def do_POST(self) -> None:
        """Count a visitor, or change the number of slots."""
        path, _, number = self.path.partition("?")
        if path == "/slots":
            self.box.slots.count = int(number)
            self.answer(200, {"slots": self.box.slots.count})
        else:
            self.answer(200, {"visits": self.box.visit()})

    def do_DELETE(self) -> None:
        """Begin to count again."""
        self.box.visits = 0
        self.answer(200, {"visits": 0})

    def answer(self, status: int, value: dict[str, Any]) -> None:
        """Send it."""
        body = json.dumps({"box": self.box.name, "pid": os.getpid(), **value}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the clients keep the books."""


class Server(ThreadingHTTPServer):
    """Waits for its threads when it ends."""

    daemon_threads = False
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A client that hung up is no news."""


def main() -> None:
    """Read the command line and serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--name", default="box-1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", type=int, default=1)
    options = parser.parse_args()
    Handler.box = Box(options.name, options.size)
    server = Server(("127.0.0.1", options.port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    main()
