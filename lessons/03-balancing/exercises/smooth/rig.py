"""A real nginx with random weights; the rig is its client and all of its backends at once."""

import select
import socket

from lab import Lab

lab = Lab()
CONFIG = """
upstream app {
  zone app 64k;
  {lines}
}
server {
  listen 127.0.0.1:{port};
  access_log off;
  location / {
    proxy_pass http://app;
    proxy_http_version 1.1;
    proxy_set_header Connection close;
  }
}
"""
ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
REQUEST = b"GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"
NAMES = "abcdef"
doors = {}
nginx = None


@lab.setup
def start():
    """Six doors to knock at, and nginx in front of them."""
    global nginx  # noqa: PLW0603  the rig has one
    for name in NAMES:
        doors[name] = socket.create_server(("127.0.0.1", 0), backlog=16)
    nginx = lab.nginx(CONFIG, lines=block([[name, 1] for name in NAMES]))


def block(weights):
    """The `server` lines."""
    lines = []
    for name, weight in weights:
        port = doors[name].getsockname()[1]
        lines.append(f"server 127.0.0.1:{port} weight={weight} max_conns=1;")
    return " ".join(lines)


@lab.trigger
def play(weights: list, steps: list):
    """Do the steps (ask, hold, release) with fresh counts; who was busy and who was picked."""
    nginx.reload(CONFIG, lines=block(weights))
    held, picked = [], []
    try:
        for step in steps:
            if step == "release":
                if held:
                    held.pop(0).answer()
                continue
            busy = [one.name for one in held]
            knock = Knock()
            picked.append({"busy": busy, "picked": knock.name})
            if step == "hold" and knock.name:
                held.append(knock)
            else:
                knock.answer()
    finally:
        for knock in held:
            knock.answer()
    return picked


class Knock:
    """One request: nginx has knocked at a door, or has refused."""

    def __init__(self):
        self.client = socket.create_connection(("127.0.0.1", nginx.port), 5)
        self.client.sendall(REQUEST)
        ready, _, _ = select.select([*doors.values(), self.client], [], [], 5)
        self.name = next((name for name, door in doors.items() if door in ready), None)
        self.server = doors[self.name].accept()[0] if self.name else None

    def answer(self):
        """Let it end."""
        if self.server is not None:
            with self.server:
                self.server.settimeout(5)
                self.server.recv(65536)
                self.server.sendall(ANSWER)
        with self.client:
            while self.client.recv(65536):
                pass
