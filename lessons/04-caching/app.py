"""One of three app processes: serves products over HTTP, through the cache.

Runs alone:  python app.py --name app-1 --port 8001 --redis redis://localhost --origin 9000

    GET  /products/7     a product; X-Cache says HIT, MISS or BYPASS, X-Cache-TTL how long it lasts
    POST /warm           {"first": 1, "count": 1000}: ask the origin once and store a copy of each
    PUT  /settings       {"ttl": 10, "jitter": 0.2, "protection": "none|single-flight|lock"}
"""

import argparse
import http.client
import json
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cache import Answer, Cache, connect

from lab.report import report


class Origin:
    """The slow store, asked over HTTP."""

    def __init__(self, port: int) -> None:
        self._port = port

    def product(self, key: str) -> bytes:
        """One product."""
        return self._get(f"/products/{key}")

    def products(self, first: int, count: int) -> list[dict[str, Any]]:
        """A range of products in one read."""
        found: list[dict[str, Any]] = json.loads(
            self._get(f"/products?first={first}&count={count}")
        )
        return found

    def _get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for one app process."""

    name: str
    cache: Cache
    origin: Origin

    def do_GET(self) -> None:
        """A product, through the cache."""
        key = self.path.removeprefix("/products/")
        try:
            found = self.cache.read(key)
        except (OSError, http.client.HTTPException) as error:
            self.answer(b"", {"X-Why": f"the origin: {type(error).__name__}"}, status=502)
            return
        self.report(found)
        self.answer(found.value, self.headers_for(found))

    def do_POST(self) -> None:
        """Fill the cache with many products at once, as one does before the doors open."""
        wanted = self.received()
        products = self.origin.products(wanted["first"], wanted["count"])
        self.cache.keep_all({one["key"]: json.dumps(one).encode() for one in products})
        self.answer(json.dumps({"warmed": len(products)}).encode(), {})

    def do_PUT(self) -> None:
        """Change the cache's settings while it runs."""
        self.cache.settings = replace(self.cache.settings, **self.received())
        self.answer(json.dumps(asdict(self.cache.settings)).encode(), {})

    def headers_for(self, found: Answer) -> dict[str, str]:
        """What the visitor is told about the answer, besides the product."""
        headers = {"X-Cache": found.outcome, "X-App": self.name, "X-Why": found.why}
        if found.ttl_ms is not None:
            headers["X-Cache-TTL"] = f"{found.ttl_ms / 1000:.3f}"
        headers["X-Hops"] = json.dumps([[hop.node, hop.ms, hop.note] for hop in found.hops])
        return headers

    def report(self, found: Answer) -> None:
        """Tell the lab what flowed where."""
        for hop in found.hops:
            report(
                "traffic", source=self.name, target=hop.node,
                requests=1, errors=int(not hop.ok), ms=hop.ms,
            )  # fmt: skip

    def received(self) -> dict[str, Any]:
        """The JSON object in the request's body."""
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def answer(self, body: bytes, headers: dict[str, str], status: int = 200) -> None:
        """Send JSON with these headers."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
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
    options.add_argument("--name", default="app-1")
    options.add_argument("--port", type=int, default=8001)
    options.add_argument("--redis", default="redis://127.0.0.1:6379")
    options.add_argument("--origin", type=int, default=9000, help="the origin's port")
    chosen = options.parse_args()
    Handler.name = chosen.name
    Handler.origin = Origin(chosen.origin)
    Handler.cache = Cache(connect(chosen.redis), Handler.origin.product)
    Server(("127.0.0.1", chosen.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
