"""The router: an HTTP server that knows which database holds which user.

    GET  /user/42            ask the one shard that can have this user
    GET  /email/ada@x.org    nobody knows where: ask them all
    POST /users  [1, 2, 3]   insert users, each on its shard
    POST /shards {"ports": [...], "way": "modulo"}
                             use these databases from now on; users that lie wrong are moved

Started by the lab as `python router.py PORT WAY SHARD_PORT...`.
"""

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from placement import WAYS, Placement, reason
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from lab.report import report

Users = Collection[dict[str, Any]]
PATIENCE_MS = 500  # for a shard that does not answer


def user(key: int) -> dict[str, Any]:
    """A user as it is stored."""
    return {"_id": key, "name": f"user {key}", "email": f"user{key}@example.org"}


class Shard:
    """One database and what the router calls it."""

    def __init__(self, number: int, port: int) -> None:
        self.name = f"shard-{number}"
        self.port = port
        client: MongoClient[dict[str, Any]] = MongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=PATIENCE_MS,
            connectTimeoutMS=PATIENCE_MS, socketTimeoutMS=4 * PATIENCE_MS,
        )  # fmt: skip
        self.users: Users = client.course.users

    def find(self, query: dict[str, Any]) -> tuple[dict[str, Any] | None, float]:
        """Ask this shard, and tell the lab: the user, and how long it took in ms."""
        started, found, failed = time.perf_counter(), None, 1
        try:
            found = self.users.find_one(query)
            failed = 0
        finally:
            ms = (time.perf_counter() - started) * 1000
            report("traffic", source="router", target=self.name, requests=1, errors=failed, ms=ms)
        return found, ms


class Router:
    """Knows the shards and the way keys are placed on them; holds no users itself."""

    def __init__(self, way: str, ports: list[int]) -> None:
        self.way = way
        self._known: dict[int, Shard] = {}  # by port, also those that are not used just now
        self.shards = self._found(ports)
        self.place: Placement = WAYS[way](len(ports))
        self._moving = threading.Lock()

    def find(self, key: int) -> dict[str, Any]:
        """Ask the one shard that can have this user."""
        number = self.place(key)
        shard = self.shards[number]
        why = reason(self.way, key, len(self.shards), number)
        try:
            found, ms = shard.find({"_id": key})
        except PyMongoError:
            return {"user": None, "asked": [[shard.name, 0]], "missing": [shard.name], "why": why}
        return {"user": found, "asked": [[shard.name, ms]], "missing": [], "why": why}

    def find_by_email(self, email: str) -> dict[str, Any]:
        """Scatter-gather: ask every shard at once; say which did not answer."""
        asked: list[list[Any]] = []
        missing: list[str] = []
        found = None
        with ThreadPoolExecutor(len(self.shards)) as pool:
            asking = [(s, pool.submit(s.find, {"email": email})) for s in self.shards]
            for shard, answer in asking:
                try:
                    one, ms = answer.result()
                    found = found or one
                    asked.append([shard.name, ms])
                except PyMongoError:
                    missing.append(shard.name)
                    asked.append([shard.name, 0])
        why = f"an e-mail address says nothing about the shard: all {len(self.shards)} are asked"
        return {"user": found, "asked": asked, "missing": missing, "why": why}

    def insert(self, keys: Iterable[int]) -> dict[str, int]:
        """Insert users, each on its shard; how many went where."""
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for key in keys:
            groups[self.shards[self.place(key)].name].append(user(key))
        for shard in self.shards:
            if groups[shard.name]:
                shard.users.insert_many(groups[shard.name])
                report("traffic", source="router", target=shard.name, requests=1, errors=0)
        return {shard.name: len(groups[shard.name]) for shard in self.shards}

    def use(self, ports: list[int], way: str) -> dict[str, Any]:
        """Place users on these shards; copy first, then switch, then delete: nobody is missed."""
        with self._moving:
            shards = self._found(ports)
            place = WAYS[way](len(shards))
            old, moved, total = self.shards, [], 0
            for shard in old:
                keys = [one["_id"] for one in shard.users.find({}, {"_id": 1})]
                total += len(keys)
                moved += [
                    (shard, shards[place(k)], k)
                    for k in keys
                    if shards[place(k)].port != shard.port
                ]
            for source, target, some in grouped(moved):
                target.users.insert_many(list(source.users.find({"_id": {"$in": some}})))
            self.shards, self.place, self.way = shards, place, way
            for source, _target, some in grouped(moved):
                source.users.delete_many({"_id": {"$in": some}})
        old_ports = {shard.port for shard in old}
        between_old = sum(target.port in old_ports for _, target, _ in moved)
        return {"total": total, "moved": len(moved), "between_old": between_old}

    def _found(self, ports: list[int]) -> list[Shard]:
        """One for each port, with the connections it has already."""
        for number, port in enumerate(ports, 1):
            if port not in self._known:
                self._known[port] = Shard(number, port)
        return [self._known[port] for port in ports]


def grouped(moved: list[tuple[Shard, Shard, int]]) -> list[tuple[Shard, Shard, list[int]]]:
    """The moves, put together by where from and where to."""
    groups: dict[tuple[int, int], tuple[Shard, Shard, list[int]]] = {}
    for source, target, key in moved:
        groups.setdefault((source.port, target.port), (source, target, []))[2].append(key)
    return list(groups.values())


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into calls of the router."""

    router: Router
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Look a user up."""
        _, what, key = self.path.split("/", 2)
        found = self.router.find(int(key)) if what == "user" else self.router.find_by_email(key)
        missed = found["missing"] and found["user"] is None
        self._answer(503 if missed else 404 if found["user"] is None else 200, found)

    def do_POST(self) -> None:
        """Insert users, or change the shards."""
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            if self.path == "/users":
                self._answer(200, self.router.insert(given))
            else:
                self._answer(200, self.router.use(given["ports"], given["way"]))
        except PyMongoError as error:
            self._answer(503, {"error": str(error)})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Say nothing: the lab shows the traffic."""

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """With room for a burst of connections."""

    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    """Serve until killed."""
    port, way, *ports = sys.argv[1:]
    Handler.router = Router(way, [int(one) for one in ports])
    Server(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
