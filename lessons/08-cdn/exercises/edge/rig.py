"""nginx with the learner's file, and an origin that counts, waits, falls ill and dies."""

import asyncio
import http.client
import itertools
import json
import sys
import time

from lab import Lab
from lab.errors import LabError, NotInTime, SubmissionFault

lab = Lab()
names = itertools.count(1)
system = {}


@lab.setup
def start():
    """One origin, and nginx if it takes the file."""
    port = system["port"] = lab.free_port()
    system["origin"] = lab.process(
        "origin", ["python", "rig.py", str(port)], role="origin", tier=2, ready=port
    )
    try:
        text = lab.submitted("edge.conf")
        system["edge"] = lab.nginx(text, "edge", role="edge", origin=f"127.0.0.1:{port}")
    except SubmissionFault:
        raise
    except LabError as error:
        raise SubmissionFault(f"nginx took the file and does not serve with it: {error}") from error


@lab.trigger
def play(folder: str, origin: dict, steps: list):
    """Requests for something that nobody asked for before; what came of each step."""
    if not system["origin"].is_running:
        system["origin"].restart()
    path = f"{folder}thing-{next(names)}"
    tell(**{"mood": "well", "max_age": 60, "cookie": "", **origin})
    return [do(path, *step) for step in steps]


def do(path, verb, *arguments):
    """One step."""
    if verb == "get":
        return get(path, *arguments)
    if verb == "get until it is no hit":
        return until_no_hit(path, *arguments)
    if verb == "kill":
        return system["origin"].kill()
    return tell(mood=verb)


def get(path, query="", fields=None):
    """One request: what the visitor gets, and how often the origin was asked for the path."""
    fields = {**(fields or {}), "Connection": "close"}
    reply = lab.http(system["edge"].port, path + query, headers=fields, timeout=8)
    asked = tell(path=path) if system["origin"].is_running else {}
    return {
        "status": reply.status, "outcome": reply.headers.get("x-cache", "no X-Cache"),
        "body": reply.body.decode(errors="replace"), "cookie": reply.headers.get("set-cookie", ""),
        **asked,
    }  # fmt: skip


def until_no_hit(path, patience):
    """Ask until the edge does not answer by itself any more, or patience is at its end."""
    begun = time.monotonic()
    while (seen := get(path))["outcome"] == "HIT" and time.monotonic() < begun + patience:
        time.sleep(0.2)
    return seen


@lab.trigger
def crowd(folder: str, count: int):
    """Many requests for one thing before any is answered."""
    if not system["origin"].is_running:
        system["origin"].restart()
    path = f"{folder}thing-{next(names)}"
    tell(mood="held", max_age=60, cookie="")
    lines = [http.client.HTTPConnection("127.0.0.1", system["edge"].port, timeout=15)
             for _ in range(count)]  # fmt: skip
    for line in lines:
        line.request("GET", path)
    wait_for_all(path, count)
    tell(mood="well")
    return {"statuses": [answer(line) for line in lines], **tell(path=path)}


def wait_for_all(path, count):
    """Until everybody is at the origin, or nobody has come there for a second."""
    since, known = time.monotonic(), 0

    def settled():
        nonlocal since, known
        asked = tell(path=path)["asked"]
        if asked != known:
            since, known = time.monotonic(), asked
        return known == count or (known and time.monotonic() - since > 1)

    try:
        lab.until(settled, 8, "the crowd's arrival")
    except NotInTime as error:
        raise SubmissionFault("nginx passed none of the requests on") from error


def answer(line):
    """The status that comes on a connection; 0 when none does."""
    try:
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def tell(**what):
    """Change the origin, or read what it counted for a path."""
    reply = lab.http(system["port"], "/_", method="PUT", body=json.dumps(what).encode())
    return json.loads(reply.body)


class Origin:
    """A small web server that does as it is told."""

    def __init__(self):
        self.settings = {"mood": "well", "max_age": 60, "cookie": ""}
        self.asked, self.unchanged = {}, {}

    async def talk(self, reader, writer):
        """One request on one connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            fields = {name.lower(): value for name, value in fields.items()}
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            target = head.split()[1]
            is_rig = target == "/_"
            told = self.told(json.loads(body)) if is_rig else await self.answer(target, fields)
            writer.write(told)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has closed
        finally:
            writer.close()

    def told(self, what):
        """The rig changes or reads something."""
        path = what.pop("path", None)
        self.settings |= what
        counts = {"asked": self.asked.get(path, 0), "unchanged": self.unchanged.get(path, 0)}
        return message(200, {}, json.dumps(counts))

    async def answer(self, target, fields):
        """What was asked for, by whom; 304 when they have it; 503 when ill."""
        path = target.partition("?")[0]
        self.asked[path] = self.asked.get(path, 0) + 1
        while self.settings["mood"] == "held":
            await asyncio.sleep(0.01)
        if self.settings["mood"].isdigit():
            return message(int(self.settings["mood"]), {}, "ill")
        headers = {"Cache-Control": f"max-age={self.settings['max_age']}", "ETag": f'"{path}"'}
        if self.settings["cookie"]:
            headers["Set-Cookie"] = self.settings["cookie"]
        if fields.get("if-none-match") == headers["ETag"]:
            self.unchanged[path] = self.unchanged.get(path, 0) + 1
            return message(304, headers, "")
        return message(200, headers, f"{target} for {fields.get('cookie', 'anybody')}")


def message(status, headers, text):
    """An HTTP answer as bytes."""
    length = {} if status == 304 else {"Content-Length": len(text)}
    lines = [f"{name}: {value}" for name, value in {**headers, **length}.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} -", "Connection: close", *lines])
    return f"{head}\r\n\r\n{text}".encode()


async def serve(port):
    """Serve until killed."""
    server = await asyncio.start_server(Origin().talk, "127.0.0.1", port, backlog=128)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
