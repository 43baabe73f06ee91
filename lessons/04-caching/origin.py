"""The origin: a slow store of products that counts how often it is asked.

Runs alone:  python origin.py --port 9000

    GET  /products/7              one product, after the delay
    GET  /products?first=1&count=1000   a thousand products, for one delay
    PUT  /products/7              changes it: its version goes up by one
    GET  /stats                   {"calls": 12, "in_flight": 0}
    PUT  /settings                {"delay": 0.25, "size": 100}
"""

import argparse
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Store:
    """Products and their versions; reading takes `delay` seconds, however many read at once."""

    def __init__(self, delay: float, size: int) -> None:
        self.delay = delay
        self.size = size  # bytes of text in each product
        self.calls = 0
        self.in_flight = 0
        self._versions: Counter[str] = Counter()
        self._lock = threading.Lock()

    def read(self, keys: list[str]) -> list[dict[str, Any]]:
        """What the products are *now*, handed over after the delay.

        The world moves on meanwhile: an answer can be out of date when it arrives.
        """
        with self._lock:
            self.calls += 1
            self.in_flight += 1
            found = [self._product(key) for key in keys]
        time.sleep(self.delay)  # the slow query itself
        with self._lock:
            self.in_flight -= 1
        return found

    def change(self, key: str) -> dict[str, Any]:
        """Somebody edits a product: its version goes up by one."""
        with self._lock:
            self._versions[key] += 1
            return self._product(key)

    def _product(self, key: str) -> dict[str, Any]:
        return {"key": key, "version": 1 + self._versions[key], "text": "x" * self.size}


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the store."""

    store: Store

    def do_GET(self) -> None:
        """One product, a range of products, or what was counted."""
        url = urlsplit(self.path)
        if url.path == "/stats":
            self.answer({"calls": self.store.calls, "in_flight": self.store.in_flight})
        elif url.path == "/products":
            query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
            first, count = query.get("first", 1), query.get("count", 10)
            self.answer(self.store.read([str(first + n) for n in range(count)]))
        else:
            self.answer(self.store.read([url.path.removeprefix("/products/")])[0])

    def do_PUT(self) -> None:
        """Change a product, or the store's settings."""
        if self.path == "/settings":
            settings = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.store.delay = float(settings.get("delay", self.store.delay))
            self.store.size = int(settings.get("size", self.store.size))
            self.answer({"delay": self.store.delay, "size": self.store.size})
        else:
            self.answer(self.store.change(self.path.removeprefix("/products/")))

    def answer(self, value: object) -> None:
        """Send a value as JSON."""
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keep quiet: the lab counts requests."""


class Server(ThreadingHTTPServer):
    """One thread per request, and room for a crowd at the door."""

    request_queue_size = 256


def main() -> None:
    """Serve until killed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=9000)
    options.add_argument("--delay", type=float, default=0.25, help="seconds per read")
    options.add_argument("--size", type=int, default=100, help="bytes of text per product")
    chosen = options.parse_args()
    Handler.store = Store(chosen.delay, chosen.size)
    Server(("127.0.0.1", chosen.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
