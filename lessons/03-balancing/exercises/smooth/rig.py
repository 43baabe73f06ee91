"""A real nginx with random weights; the rig is its client and all of its backends at once."""

import os
import select
import socket

from lab import Lab
from lab.errors import SubmissionFault

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
SECONDS = 20  # for nginx to knock, or to refuse, on a busy machine
doors, paths = {}, {}
nginx = None


@lab.setup
def start():
    """Six doors to knock at, where only nginx can, and nginx in front of them."""
    global nginx  # noqa: PLW0603  the rig has one
    runtime = lab.opened.runtime
    folder, group = runtime.place("doors", "nginx"), runtime.uid("nginx")
    for name in NAMES:
        doors[name], paths[name] = socket.socket(socket.AF_UNIX), folder / name
        doors[name].bind(str(paths[name]))
        if group is not None:
            os.chown(paths[name], -1, group)
        paths[name].chmod(0o660)
        doors[name].listen(16)
    nginx = lab.nginx(CONFIG, lines=block([[name, 1] for name in NAMES]))


def block(weights):
    """The `server` lines."""
    lines = []
    for name, weight in weights:
        lines.append(f"server unix:{paths[name]} weight={weight} max_conns=1;")
    return " ".join(lines)


@lab.trigger
def play(weights: list, steps: list):
    """Do the steps (ask, hold, release) with fresh counts; who was busy and who was picked."""
    try:
        return played(weights, steps)
    except OSError as error:  # only nginx and the submission are in here
        raise SubmissionFault(f"nginx was kept busy by somebody else: {error}") from error


def played(weights, steps):
    """The same, where nobody else asks nginx."""
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
        self.client = socket.create_connection(("127.0.0.1", nginx.port), SECONDS)
        self.client.sendall(REQUEST)
        ready, _, _ = select.select([*doors.values(), self.client], [], [], SECONDS)
        self.name = next((name for name, door in doors.items() if door in ready), None)
        self.server = doors[self.name].accept()[0] if self.name else None

    def answer(self):
        """Let it end."""
        if self.server is not None:
            with self.server:
                self.server.settimeout(SECONDS)
                self.server.recv(65536)
                self.server.sendall(ANSWER)
        with self.client:
            while self.client.recv(65536):
                pass
