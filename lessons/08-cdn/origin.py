"""The origin: makes every asset and every page itself, counts, and says how long copies may live.

Alone: `python origin.py 8001`, then `curl -i localhost:8001/assets/app.js`.
"""

import asyncio
import hashlib
import sys
from collections import Counter
from email.utils import formatdate
from typing import Any

import assets

from lab.control import serve_control
from lab.report import report

REASONS = {200: "OK", 304: "Not Modified", 404: "Not Found"}
PHOTOS = {f"photo-{n}.jpg": 40_000 for n in range(1, 10)}
SIZES = {"app.js": 60_000, "style.css": 20_000, "logo.svg": 5_000, **PHOTOS}
YEAR_SECONDS = 365 * 24 * 3600
Answer = tuple[int, dict[str, Any], bytes]


class Origin:
    """A site's server, and what it counted."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {
            "max_age": 60, "more": "", "vary": "", "cookie": False, "work_ms": 5.0,
            "distance_ms": {}, "held": False,
        }  # fmt: skip
        self.versions = dict.fromkeys(SIZES, 1)
        self.counts = dict.fromkeys(("requests", "bodies", "not_modified", "bytes"), 0)
        self.regions: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()  # by path, since zero
        self.waiting: Counter[str] = Counter()  # by path, now

    # -- assets

    def content(self, name: str, version: int) -> bytes:
        """A file as it was in one version."""
        head = f"/* {name}, version {version} */\n".encode()
        return head.ljust(SIZES[name], b".")

    def names(self) -> dict[str, str]:
        """The manifest: every file's fingerprinted name, as the files are now."""
        return assets.manifest({one: self.content(one, n) for one, n in self.versions.items()})

    def find(self, name: str) -> tuple[bytes, bool] | None:
        """A file's content, and whether its name says which content that is."""
        if name in self.versions:
            return self.content(name, self.versions[name]), False
        for plain, newest in self.versions.items():  # pages of yesterday link to yesterday's files
            for version in range(newest, 0, -1):
                content = self.content(plain, version)
                if assets.fingerprint(plain, content) == name:
                    return content, True
        return None

    def asset(self, name: str, known_tag: str) -> Answer:
        """An asset with its headers, or a 304 for somebody who has this very content."""
        found = self.find(name)
        if found is None:
            return 404, {"Cache-Control": "no-store"}, b"no such asset\n"
        content, is_fingerprinted = found
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {**self._rules(is_fingerprinted), "ETag": tag, "Content-Type": "text/plain"}
        return (304, headers, b"") if known_tag == tag else (200, headers, content)

    def _rules(self, is_fingerprinted: bool) -> dict[str, Any]:
        if is_fingerprinted:
            return {"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"}
        rules = {"Cache-Control": f"max-age={self.settings['max_age']}{self.settings['more']}"}
        if self.settings["vary"]:
            rules["Vary"] = self.settings["vary"]
        if self.settings["cookie"]:
            rules["Set-Cookie"] = "visit=1"
        return rules

    # -- requests

    async def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Count, wait as long as work and way take, answer."""
        region = headers.get("x-region", "")
        self.counts["requests"] += 1
        self.regions[region] += 1
        self.asked[path] += 1
        self.waiting[path] += 1
        try:
            await self._take_time(region)
            name = path.partition("?")[0].removeprefix("/assets/")
            status, fields, body = self.asset(name, headers.get("if-none-match", ""))
        finally:
            self.waiting[path] -= 1
        self.counts["bodies"] += status == 200
        self.counts["not_modified"] += status == 304
        self.counts["bytes"] += len(body)
        return status, fields, body

    async def _take_time(self, region: str) -> None:
        """The work, and the simulated way to that region and back."""
        away_ms = self.settings["distance_ms"].get(region, 0)
        await asyncio.sleep((self.settings["work_ms"] + away_ms) / 1000)
        while self.settings["held"]:
            await asyncio.sleep(0.005)

    def told(self, what: dict[str, Any]) -> dict[str, Any]:
        """The lesson asks or changes something: settings, versions, zero; counts of a path."""
        self.settings |= what.get("settings", {})
        self.versions |= what.get("versions", {})
        if what.get("zero"):
            self.counts = dict.fromkeys(self.counts, 0)
            self.regions.clear()
            self.asked.clear()
        if what.get("names"):
            return self.names()
        path = what.get("path", "")
        return {
            **self.counts, "regions": dict(self.regions),
            "asked": self.asked[path], "waiting": self.waiting[path],
        }  # fmt: skip

    # -- HTTP

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection until one side has had enough."""
        try:
            while (request := await read(reader)) is not None:
                path, headers = request
                await send(writer, *await self.answer(path, headers))
                if headers.get("connection", "").lower() == "close":
                    break
        except OSError:
            report("note", text="somebody hung up on the origin", node="origin")
        finally:
            writer.close()


async def read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]] | None:
    """The next request: path and headers; None when the other side has closed."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    await reader.readexactly(int(headers.get("content-length", 0)))
    return first.split()[1], headers


async def send(
    writer: asyncio.StreamWriter, status: int, fields: dict[str, Any], body: bytes
) -> None:
    """Write an answer; a 304 has neither body nor length."""
    lines = {"Date": formatdate(usegmt=True), **fields}
    if status != 304:
        lines["Content-Length"] = len(body)
    head = [f"HTTP/1.1 {status} {REASONS[status]}", *(f"{name}: {v}" for name, v in lines.items())]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    await writer.drain()


async def serve(port: int) -> None:
    """Serve until killed."""
    origin = Origin()
    serve_control(origin.told)
    server = await asyncio.start_server(origin.talk, "127.0.0.1", port, backlog=256)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
