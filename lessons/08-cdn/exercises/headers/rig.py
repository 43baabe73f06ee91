"""A real nginx edge, and behind it an origin that sends the headers it is told to send."""

import asyncio
import secrets
import sys
import time

from lab import Lab
from lab.control import serve_control

lab = Lab()
EDGE = """
proxy_cache_path cache levels=1:2 keys_zone=copies:1m max_size=8m use_temp_path=off;
server {
  listen 127.0.0.1:{port};
  access_log off;
  location / {
    proxy_pass http://127.0.0.1:{origin};
    proxy_cache copies;
    proxy_cache_key $request_uri;
    proxy_cache_revalidate on;
    proxy_cache_background_update on;
    add_header X-Cache $upstream_cache_status always;
  }
}
"""
PASSED_ON = ("accept-language", "cookie")
system = {}


@lab.setup
def start():
    """One origin, one edge."""
    port = lab.free_port()
    with lab.together():
        system["origin"] = lab.process(
            "origin", ["python", "rig.py", str(port)], role="origin", tier=2, ready=port
        )
        system["edge"] = lab.nginx(EDGE, "edge", role="edge", origin=port)


@lab.trigger
def play(headers: dict, steps: list):
    """Requests through the edge to an address nobody asked for before; what came of each step."""
    if not system["origin"].is_running:
        system["origin"].restart()
    path = f"/{secrets.token_hex(8)}"
    tell(headers=headers)
    begun = time.monotonic()
    seen = [do(path, *step) for step in steps]
    for one in seen:
        if one and "at" in one:
            one["at"] = round(one["at"] - begun, 2)
    return seen


def do(path, verb, *arguments):
    """One step."""
    if verb == "get":
        return get(path, *arguments)
    if verb == "get until it is no hit":
        return until_no_hit(path, *arguments)
    if verb == "get until it is new":
        return until_new(path, *arguments)
    if verb == "change":
        return tell(change=True)
    system["origin"].kill()
    return None


def get(path, fields=None):
    """One request: what the edge says, what the visitor gets, how often the origin was asked."""
    fields = {**(fields or {}), "Connection": "close"}
    reply = lab.http(system["edge"].port, path, headers=fields)
    asked = tell(path=path) if system["origin"].is_running else {}
    outcome, body = reply.headers.get("x-cache", "-"), reply.body.decode(errors="replace")
    at = time.monotonic()
    return {"status": reply.status, "outcome": outcome, "body": body, "at": at, **asked}


def until_no_hit(path, patience, fields=None):
    """Ask until the edge does not answer by itself any more."""
    return again(path, patience, fields, lambda seen: seen["outcome"] != "HIT")


def until_new(path, patience):
    """Ask until the answer is the newest one."""
    newest = f"version {tell()['version']} "
    return again(path, patience, None, lambda seen: newest in seen["body"])


def again(path, patience, fields, ends):
    """Ask five times a second; the last answer."""
    until = time.monotonic() + patience
    while True:
        seen = get(path, fields)
        if ends(seen) or seen["at"] > until:
            return seen
        time.sleep(0.2)


def tell(**what):
    """Change the origin, or read what it counted for a path."""
    return system["origin"].tell(**what)


class Origin:
    """A server that sends its visitors' words back, with headers somebody else has chosen."""

    def __init__(self):
        self.headers, self.version, self.asked, self.unchanged = {}, 1, {}, {}

    async def talk(self, reader, writer):
        """One request on one connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            fields = {name.lower(): value for name, value in fields.items()}
            writer.write(self.answer(head.split()[1], fields))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has closed
        finally:
            writer.close()

    def told(self, what):
        """The rig changes or reads something."""
        self.headers = what.get("headers", self.headers)
        self.version += bool(what.get("change"))
        path = what.get("path")
        counts = {"asked": self.asked.get(path, 0), "unchanged": self.unchanged.get(path, 0)}
        return {**counts, "version": self.version}

    def answer(self, path, fields):
        """The visitor's own words; 304 when they have this answer."""
        self.asked[path] = self.asked.get(path, 0) + 1
        words = " ".join(fields.get(name, "-") for name in PASSED_ON)
        text = f"{path} version {self.version} for {words}"
        tag = '"' + "".join(c if c.isalnum() else "-" for c in text) + '"'
        if fields.get("if-none-match") == tag:
            self.unchanged[path] = self.unchanged.get(path, 0) + 1
            return message(304, {**self.headers, "ETag": tag}, "")
        return message(200, {**self.headers, "ETag": tag}, text)


def message(status, headers, text):
    """An HTTP answer as bytes."""
    length = {} if status == 304 else {"Content-Length": len(text)}
    lines = [f"{name}: {value}" for name, value in {**headers, **length}.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} -", "Connection: close", *lines])
    return f"{head}\r\n\r\n{text}".encode()


async def serve(port):
    """Serve until killed."""
    origin = Origin()
    serve_control(origin.told)
    server = await asyncio.start_server(origin.talk, "127.0.0.1", port, backlog=128)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
