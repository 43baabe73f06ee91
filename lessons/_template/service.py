"""A service that counts: answers every request with how often it was asked."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Counter(BaseHTTPRequestHandler):
    """Counts in memory, which is the point."""

    count = 0

    def do_GET(self) -> None:
        """Count and answer."""
        Counter.count += self.path == "/"  # /count only looks
        body = str(Counter.count).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
        """Say nothing: the lab shows the traffic."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Counter).serve_forever()
