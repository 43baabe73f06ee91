"""The running parts of lesson 5, and the questions its experiments ask them."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lab import Lab

USERS = 1_200  # ids 0 to 1199: every remainder of 3 and 4 occurs equally often


class System:
    """Databases, a router before them, and a steady load of lookups."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.used = 3  # of the shards that run, how many the router uses
        self.way = "modulo"
        self.port = self.lab.free_port()
        with self.lab.together():
            self.shards = [self.lab.mongo(f"shard-{n}", tier=2) for n in (1, 2, 3)]
            ports = [str(shard.port) for shard in self.shards]
            self.router = self.lab.process(
                "router", ["python", "router.py", str(self.port), self.way, *ports],
                role="balancer", tier=1, ready=self.port,
            )  # fmt: skip
        self.next_user = USERS
        self.hot: int | None = None
        self.asked = self.lab.window(5)  # shards asked per lookup, kept where times usually are
        self.load = self.lab.load(self.send, rate=30, target="router")

    def send(self, _number: int) -> Any:
        """One lookup of the background load: usually anybody, sometimes the hot user."""
        key = self.lab.random.randrange(USERS)
        if self.hot is not None and self.lab.random.random() < 0.8:
            key = self.hot
        reply = self.lab.http(self.port, f"/user/{key}")
        self.asked.add(1, ok=reply.ok)
        return reply

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        """One request to the router: status and answer."""
        reply = self.lab.http(self.port, path)
        return reply.status, json.loads(reply.body) if reply.body else {}

    def post(self, path: str, value: object) -> dict[str, Any]:
        """Change something through the router."""
        reply = self.lab.http(
            self.port, path, method="POST", body=json.dumps(value).encode(), timeout=30
        )
        self.lab.until(lambda: reply.status == 200, 0, f"{path}: {reply.status} {reply.body!r}")
        answer: dict[str, Any] = json.loads(reply.body)
        return answer

    def use(self, used: int, way: str) -> dict[str, Any]:
        """Let the router use this many shards, placed this way; starts what is missing."""
        while len(self.shards) < used:
            self.shards.append(self.lab.mongo(f"shard-{len(self.shards) + 1}", tier=2))
        for shard in self.shards:
            if not shard.is_running:
                shard.restart()
        result = self.post("/shards", {"ports": [s.port for s in self.shards[:used]], "way": way})
        for shard in self.shards[:used]:
            self.lab.edge("router", shard.name)
            shard.node.up(detail=way)
        for shard in self.shards[used:]:
            shard.node.up(detail="holds nobody")
        self.used, self.way = used, way
        return result

    def counts(self) -> list[int]:
        """How many users lie on each shard that is used."""
        found = []
        for shard in self.shards[: self.used]:
            users = shard.steady.course.users
            found.append(users.count_documents({}) if shard.is_running else 0)
        return found

    def queries(self) -> list[int]:
        """How many finds each shard has answered, by its own count."""
        return self._counted("query")

    def inserts(self) -> list[int]:
        """How many documents each shard has taken in, by its own count."""
        return self._counted("insert")

    def _counted(self, what: str) -> list[int]:
        used = self.shards[: self.used]
        return [one.steady.admin.command("serverStatus")["opcounters"][what] for one in used]

    def fresh(self, shards: int, way: str) -> None:
        """All databases up, the 1,200 users and no others, placed this way."""
        self.hot = None
        self.use(max(shards, self.used), self.way)
        for shard in self.shards[: self.used]:
            shard.steady.course.users.delete_many({"_id": {"$gte": USERS}})
        self.use(shards, way)

    def asked_by(self, act: Callable[[], object]) -> list[int]:
        """How many finds each shard counts for one act; the background load stands still."""
        self.load.stop()
        try:
            self.lab.until(self._is_at_rest, 5, "the load to come to rest")
            before = self.queries()
            act()
            return [now - then for now, then in zip(self.queries(), before, strict=True)]
        finally:
            self.load.start()

    def lookups_of(self, users: Iterable[int]) -> list[tuple[int, dict[str, Any]]]:
        """Look each of them up by id; many at once, since a dead shard is waited for."""
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda user: self.ask(f"/user/{user}"), users))

    def mail(self, user: int) -> tuple[int, dict[str, Any]]:
        """Look one up by e-mail address."""
        return self.ask(f"/email/user{user}@example.org")

    def _is_at_rest(self) -> bool:
        """Whether nothing but our own question was answered between two counts."""
        before = sum(self.queries())
        self.lab.http(self.port, "/user/0")
        return sum(self.queries()) == before + 1
