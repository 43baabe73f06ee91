"""The router: an HTTP server that sends writes to the primary and spreads reads.

    POST /write {"page": 3, "session": "s1", "w": "majority"}    a page's next version
    GET  /read?page=3&session=s1&way=secondary                   the version that a copy has
    POST /burst {"page": 3, "count": 300}                        many versions at once
    GET  /members                                                who is what, and how far

Started by the lab as `python router.py PORT SET NAME=PORT...`.
"""

import json
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pymongo import MongoClient, ReadPreference, ReturnDocument, UpdateOne, WriteConcern
from pymongo.collection import Collection
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent
from pymongo.monitoring import CommandSucceededEvent as Answer
from selection import Preference, Server, for_reads, in_window, pick
from watch import Client, Watch, clock

from lab.report import report

Pages = Collection[dict[str, Any]]
PATIENCE_MS = 8_000  # for an election, while there is no primary
SAME_MS = 1_000  # all members are this near: on a busy computer 15 ms would drop one by chance

# Without a promise, pymongo chooses the member.
PREFERENCES = {
    "primary": ReadPreference.PRIMARY,
    "secondary": ReadPreference.SECONDARY_PREFERRED,
    "nearest": ReadPreference.NEAREST,
}


class Answered(CommandListener):
    """Remembers, for each thread, which port answered its last command."""

    def __init__(self) -> None:
        self._last = threading.local()

    @property
    def port(self) -> int:
        """Of whoever answered this thread last."""
        return int(self._last.port)

    def succeeded(self, event: Answer) -> None:
        """Somebody answered."""
        self._last.port = event.connection_id[1]

    def started(self, event: CommandStartedEvent) -> None:
        """Not of interest."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Not of interest."""


@dataclass
class Session:
    """What the router remembers of one client."""

    wrote: int = 0  # the clock of its last write
    pinned: str = ""  # the member that answers it


class Router:
    """Holds no pages itself; pymongo follows the primary for it."""

    def __init__(self, name: str, ports: dict[str, int]) -> None:
        self.names = {port: member for member, port in ports.items()}
        self.watch = Watch(ports)
        self.answered = Answered()
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports.values())
        self.client: Client = MongoClient(
            f"mongodb://{hosts}/?replicaSet={name}", localThresholdMS=SAME_MS,
            serverSelectionTimeoutMS=PATIENCE_MS, event_listeners=[self.answered],
        )  # fmt: skip
        self.sessions: dict[str, Session] = {}
        self.busy: dict[str, int] = dict.fromkeys(ports, 0)
        self.random = random.Random()
        self.watch.start()

    def write(self, page: int, session: str, w: str | int) -> dict[str, Any]:
        """Give a page its next version; `w` members must have it before we say so."""
        pages = self.client.course.get_collection("pages", write_concern=WriteConcern(w))
        with self.client.start_session(causal_consistency=False) as talk:
            found = pages.find_one_and_update(
                {"_id": page}, {"$inc": {"version": 1}}, upsert=True,
                return_document=ReturnDocument.AFTER, session=talk,
            )  # fmt: skip
            wrote = clock(talk.operation_time)
        self._session(session).wrote = wrote
        return self._told(found, self._who(), "only the primary takes writes")

    def burst(self, page: int, count: int) -> dict[str, Any]:
        """Many writes in one go, acknowledged by the primary alone."""
        pages = self.client.course.get_collection("pages", write_concern=WriteConcern(1))
        pages.bulk_write([UpdateOne({"_id": page}, {"$inc": {"version": 1}})] * count)
        report("traffic", source="router", target=self._who(), requests=count, errors=0)
        return {"count": count, "member": self._who()}

    def read(self, page: int, session: str, way: str) -> dict[str, Any]:
        """A page's version, from whom this way of reading allows."""
        if way in PREFERENCES:
            return self._read_as_preferred(page, way)
        return self._read_as_promised(page, self._session(session), way)

    def _read_as_preferred(self, page: int, way: str) -> dict[str, Any]:
        """Let pymongo choose."""
        pages = self.client.course.get_collection("pages", read_preference=PREFERENCES[way])
        found = pages.find_one({"_id": page})
        return self._told(found, self._who(), f"read preference: {way}")

    def _read_as_promised(self, page: int, session: Session, way: str) -> dict[str, Any]:
        """Choose a member that can keep the promise; the next one, if it does not answer."""
        silent: set[str] = set()
        while True:
            servers = [one for one in self.watch.servers() if one.name not in silent]
            server, why = self.own(servers, session) if way == "own" else self.pin(servers, session)
            try:
                found = self._ask(server, page)
            except PyMongoError:
                silent.add(server.name)
                if len(silent) == len(self.names):
                    raise
            else:
                return self._told(found, server.name, why)

    def own(self, servers: list[Server], session: Session) -> tuple[Server, str]:
        """Read your writes: a secondary that has this session's last write, else the primary."""
        secondaries = for_reads(servers, Preference("secondary"))
        enough = [one for one in secondaries if one.applied >= session.wrote]
        if enough:
            return self._pick(enough), "a secondary that has this session's last write"
        return self._pick(servers, "primary"), "no secondary has this session's last write yet"

    def pin(self, servers: list[Server], session: Session) -> tuple[Server, str]:
        """Monotonic reads: always the same secondary, as long as it lives."""
        secondaries = for_reads(servers, Preference("secondaryPreferred"))
        mine = next((one for one in secondaries if one.name == session.pinned), None)
        if mine is None:
            mine = self._pick(secondaries or servers)
            session.pinned = mine.name
        return mine, "this session's own secondary"

    def _pick(self, servers: list[Server], mode: str = "nearest") -> Server:
        choice = for_reads(servers, Preference(mode)) or servers
        if not choice:
            raise PyMongoError("no member answers")
        return pick(in_window(choice), self.busy, self.random)

    def _ask(self, server: Server, page: int) -> dict[str, Any] | None:
        self.busy[server.name] += 1
        try:
            return self.watch.clients[server.name].course.pages.find_one({"_id": page})
        finally:
            self.busy[server.name] -= 1

    def _told(self, found: dict[str, Any] | None, member: str, why: str) -> dict[str, Any]:
        report("traffic", source="router", target=member, requests=1, errors=0)
        return {"version": found["version"] if found else 0, "member": member, "why": why}

    def _session(self, name: str) -> Session:
        return self.sessions.setdefault(name, Session())

    def _who(self) -> str:
        """Who answered this thread's last question."""
        return self.names[self.answered.port]


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into calls of the router."""

    router: Router
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Read a page, or say who is what."""
        asked = urlsplit(self.path)
        if asked.path == "/members":
            self._answer(200, [asdict(one) for one in self.router.watch.servers()])
            return
        wanted = dict(parse_qsl(asked.query))
        self._try(lambda: self.router.read(int(wanted["page"]), wanted["session"], wanted["way"]))

    def do_POST(self) -> None:
        """Write a page, once or often."""
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        act = self.router.write if self.path == "/write" else self.router.burst
        self._try(lambda: act(**given))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Say nothing: the lab shows the traffic."""

    def _try(self, act: Callable[[], dict[str, Any]]) -> None:
        try:
            self._answer(200, act())
        except PyMongoError as error:
            self._answer(503, {"error": f"{type(error).__name__}: {error}"[:300]})

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Door(ThreadingHTTPServer):
    """With room for a burst of connections."""

    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    """Serve until killed."""
    port, name, *members = sys.argv[1:]
    ports = {one.split("=")[0]: int(one.split("=")[1]) for one in members}
    Handler.router = Router(name, ports)
    Door(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
