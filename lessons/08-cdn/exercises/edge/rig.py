"""nginx with the learner's file, and an origin that counts, waits, falls ill and dies."""

import asyncio
import http.client
import secrets
import sys
import time

from pasted import Unknown, unpasted

from lab import Lab
from lab.control import serve_control
from lab.errors import LabError, NotInTime, SubmissionFault

lab = Lab()
system = {}
LOCK_SECONDS = 4.0  # nginx lets somebody else through after five, if it is not told otherwise
ATTEMPTS = 4
WELL = {"mood": "well", "max_age": 60, "control": "", "cookie": ""}


@lab.setup
def start():
    """One origin, and nginx if it takes the file."""
    port = system["port"] = lab.free_port()
    system["origin"] = lab.process(
        "origin", ["python", "rig.py", str(port)], role="origin", tier=2, ready=port
    )
    try:
        text = unpasted(lab.submitted("edge.conf"))
        system["edge"] = lab.nginx(text, "edge", role="edge", origin=f"127.0.0.1:{port}")
    except Unknown as error:
        raise SubmissionFault(str(error)) from error
    except SubmissionFault:
        raise
    except LabError as error:
        raise SubmissionFault(f"nginx took the file and does not serve with it: {error}") from error


@lab.trigger
def play(folder: str, origin: dict, steps: list):
    """Requests for something that nobody asked for before; what came of each step."""
    path = begin(folder, **origin)
    return [do(path, *step) for step in steps]


def begin(folder, **settings):
    """A path that nobody knows, with a well origin that has counted nothing."""
    if not system["origin"].is_running:
        system["origin"].restart()
    path = f"{folder}thing-{secrets.token_hex(8)}"
    tell(know=path, zero=True, **{**WELL, **settings})
    return path


def do(path, verb, *arguments):
    """One step."""
    if verb == "get":
        return get(path, *arguments)
    if verb == "get until it is no hit":
        return until(path, *arguments, lambda seen: seen["outcome"] != "HIT")
    if verb == "get until the origin was asked":
        return until(path, *arguments, lambda seen: seen["asked"] > 1)
    if verb == "kill":
        return system["origin"].kill()
    return tell(mood=verb)


def get(path, query="", fields=None):
    """One request: what the visitor gets, and how often the origin was asked for anything new."""
    fields = {**(fields or {}), "Connection": "close"}
    reply = lab.http(system["edge"].port, path + query, headers=fields, timeout=20)
    asked = tell(path=path) if system["origin"].is_running else {}
    return {
        "status": reply.status, "outcome": reply.headers.get("x-cache", "no X-Cache"),
        "cookie": reply.headers.get("set-cookie", ""), **parts(reply.body), **asked,
    }  # fmt: skip


def parts(body):
    """What the origin wrote into an answer: for which address and whom, and a word of its own."""
    words = body.decode(errors="replace").split("|")
    return dict(zip(("target", "who", "word"), words if len(words) == 3 else [""] * 3, strict=True))


def until(path, patience, ends):
    """Ask until that is so, or patience is at its end."""
    begun = time.monotonic()
    while not ends(seen := get(path)) and time.monotonic() < begun + patience:
        time.sleep(0.2)
    return seen


@lab.trigger
def outages(folders: list, statuses: list, patience: int):
    """Copies of one second in each folder, and what visitors get when the origin has failed."""
    begin(folders[0], max_age=1)
    cases = [(how, folder) for how in (*statuses, "kill") for folder in folders]
    paths = {case: f"{case[1]}thing-{secrets.token_hex(8)}" for case in cases}
    for path in paths.values():
        tell(know=path)
    firsts = {case: get(path) for case, path in paths.items()}
    seen, end = [], time.monotonic() + patience  # they end all at once
    for (how, folder), path in paths.items():
        do(path, how)
        late = do(path, "get until it is no hit", end - time.monotonic())
        seen.append({"how": how, "folder": folder, "first": firsts[how, folder], "late": late,
                     "last": get(path)})  # fmt: skip
    return seen


@lab.trigger
def crowd(folder: str, count: int):
    """Many requests for one thing before any is answered; anew where this machine was too slow."""
    for _ in range(ATTEMPTS):
        begun = time.monotonic()
        seen = gathered(folder, count)
        if seen["asked"] == 1 or time.monotonic() - begun < LOCK_SECONDS:
            break
    return seen


def gathered(folder, count):
    """One crowd: what its people got, and how often the origin was asked."""
    path = begin(folder, mood="held")
    lines = [http.client.HTTPConnection("127.0.0.1", system["edge"].port, timeout=30)
             for _ in range(count)]  # fmt: skip
    for line in lines:
        line.request("GET", path)
    wait_for_all(path, count)
    tell(mood="well")
    answers = [answer(line) for line in lines]
    words = len({parts(body)["word"] for _, body in answers})
    return {"statuses": [status for status, _ in answers], "words": words, **tell(path=path)}


def wait_for_all(path, count):
    """Until everybody is at the origin, or nobody has come there for a second."""
    since, known = time.monotonic(), 0

    def settled():
        nonlocal since, known
        asked = tell(path=path)["asked"]
        if asked != known:
            since, known = time.monotonic(), asked
        return known == count or (known and time.monotonic() - since > 0.7)

    try:
        lab.until(settled, 20, "the crowd's arrival")
    except NotInTime as error:
        raise SubmissionFault("nginx passed none of the requests on") from error


def answer(line):
    """The status and the body that come on a connection; 0 when none does."""
    try:
        reply = line.getresponse()
        return reply.status, reply.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        line.close()


def tell(**what):
    """Change the origin, or read what it counted for a path."""
    return system["origin"].tell(**what)


class Origin:
    """A small web server that does as it is told."""

    def __init__(self):
        self.settings = dict(WELL)
        self.known = set()  # paths that the rig asks for
        self.foreign = 0  # requests for others, since zero
        self.asked, self.unchanged = {}, {}

    async def talk(self, reader, writer):
        """One request on one connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            fields = {name.lower(): value for name, value in fields.items()}
            writer.write(await self.answer(head.split()[1], fields))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has closed
        finally:
            writer.close()

    def told(self, what):
        """The rig changes or reads something."""
        path = what.pop("path", None)
        if what.pop("zero", False):
            self.foreign = 0
        if "know" in what:
            self.known.add(what.pop("know"))
        self.settings |= what
        asked = self.asked.get(path, 0) + self.foreign
        return {"asked": asked, "unchanged": self.unchanged.get(path, 0)}

    async def answer(self, target, fields):
        """What was asked for, by whom; 304 when they have it; 503 when ill."""
        path = target.partition("?")[0]
        self.asked[path] = self.asked.get(path, 0) + 1
        self.foreign += path not in self.known
        while self.settings["mood"] == "held":
            await asyncio.sleep(0.01)
        if self.settings["mood"].isdigit():
            return message(int(self.settings["mood"]), {}, "ill")
        control = self.settings["control"] or f"max-age={self.settings['max_age']}"
        headers = {"Cache-Control": control, "ETag": f'"{path}"'}
        if self.settings["cookie"]:
            headers["Set-Cookie"] = self.settings["cookie"]
        if fields.get("if-none-match") == headers["ETag"]:
            self.unchanged[path] = self.unchanged.get(path, 0) + 1
            return message(304, headers, "")
        who = fields.get("cookie", "anybody")
        return message(200, headers, f"{target}|{who}|{secrets.token_hex(6)}")


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
