"""The lab's system: a primary, two secondaries, a router, and clients that read and write."""

import itertools
import json
import threading
import time
from typing import Any

from ledger import Ledger
from pymongo.errors import PyMongoError

from lab import Lab
from lab.errors import LabError
from lab.http import Reply
from lab.services.mongo import Mongo

PAGES = 12
SESSIONS = 24
RATE = 30  # requests a second in the background
WRITES = 0.2  # of them
PATIENCE = 15.0


class System:
    """The running parts, and how they are asked."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.way, self.w = "secondary", "1"  # of the background load
        self.ledger = Ledger()
        self.replicas = lab.replica_set(tier=2)
        self.members = self.replicas.members
        with self.replicas.client() as client:
            pages = client.course.get_collection("pages")
            pages.insert_many([{"_id": page, "version": 0} for page in range(PAGES)])
        self.port = lab.free_port()
        named = [f"{one.name}={one.port}" for one in self.members]
        lab.process(
            "router", ["python", "router.py", str(self.port), self.replicas.name, *named],
            role="balancer", tier=1, ready=self.port,
        )  # fmt: skip
        self.direct = {one.name: one.client(serverSelectionTimeoutMS=500) for one in self.members}
        self.reads = lab.window(5)  # tagged with the role of who answered; not ok is stale
        self.writes = lab.window(5)
        self.cut = ""  # the member that hears no other
        self._newest = 0.0  # when the newest write was made, at the last look
        self.lags: dict[str, float | None] = {}
        self.finished = 0
        self._lock = threading.Lock()
        self._visitors = itertools.count(1)
        self.load = lab.load(self.send, rate=RATE, target="router")
        self.readers = lab.load(self._read_any, rate=20, target="router")
        self.writers = lab.load(self._write_any, rate=8, target="router")

    def send(self, _number: int) -> Reply:
        """One request of the background load: usually a read, sometimes a write."""
        page, session = self.lab.random.randrange(PAGES), f"s{self.lab.random.randrange(SESSIONS)}"
        try:
            if self.lab.random.random() < WRITES:
                return self.write(page, session, self.w)[0]
            return self.read(page, session, self.way)[0]
        finally:
            with self._lock:
                self.finished += 1

    def _read_any(self, number: int) -> Reply:
        return self.read(number % PAGES, self.visitor(), "secondary")[0]

    def _write_any(self, number: int) -> Reply:
        return self.write(number % PAGES, self.visitor(), "majority")[0]

    def visitor(self) -> str:
        """A client that nobody has seen before."""
        return f"visitor-{next(self._visitors)}"

    def write(self, page: int, session: str, w: str | int) -> tuple[Reply, dict[str, Any]]:
        """A page's next version; what is acknowledged goes into the ledger."""
        number = int(w) if str(w).isdigit() else w
        reply, answer = self.post("/write", {"page": page, "session": session, "w": number})
        if reply.status == 200:
            self.ledger.acknowledged(page, answer["version"], answer["member"])
            self.writes.add(reply.ms)
        return reply, answer

    def read(self, page: int, session: str, way: str) -> tuple[Reply, dict[str, Any]]:
        """What a reader gets; `stale` says whether something newer had been promised before."""
        newest = self.ledger.latest(page)
        reply = self.lab.http(
            self.port, f"/read?page={page}&session={session}&way={way}", timeout=PATIENCE
        )
        answer = json.loads(reply.body) if reply.body else {"error": reply.error}
        if reply.status == 200:
            answer["stale"] = answer["version"] < newest
            role = self.node(answer["member"]).node.role
            self.reads.add(reply.ms, ok=not answer["stale"], tag=role)
        return reply, answer

    def burst(self, page: int, count: int) -> dict[str, Any]:
        """Many writes at once."""
        reply, answer = self.post("/burst", {"page": page, "count": count})
        if reply.status != 200:
            raise LabError(f"the burst failed: {answer}")
        self.writes.add(reply.ms, tag="burst")
        return answer

    def post(self, path: str, value: object) -> tuple[Reply, dict[str, Any]]:
        """Change something through the router."""
        reply = self.lab.http(
            self.port, path, method="POST", body=json.dumps(value).encode(), timeout=PATIENCE
        )
        return reply, json.loads(reply.body) if reply.body else {"error": reply.error}

    # -- what is there

    def node(self, name: str) -> Mongo:
        """A member by name."""
        return next(one for one in self.members if one.name == name)

    def secondaries(self) -> list[Mongo]:
        """Those that say they are, in the order of their names."""
        return self.replicas.secondaries

    def version(self, member: Mongo, page: int) -> int:
        """Which version of a page a member has, asked past the router."""
        pages = self.direct[member.name].course.pages
        found = pages.find_one({"_id": page})
        return found["version"] if found else 0

    def is_primary(self, member: Mongo) -> bool:
        """Whether a member says so now."""
        try:
            said = self.direct[member.name].admin.command("hello")
        except PyMongoError:
            return False
        return bool(said.get("isWritablePrimary"))

    def queries(self) -> dict[str, int]:
        """How many finds each member has answered, by its own count."""
        return {
            name: client.admin.command("serverStatus")["opcounters"]["query"]
            for name, client in self.direct.items()
        }

    def known(self) -> list[dict[str, Any]]:
        """The members as the router sees them."""
        reply = self.lab.http(self.port, "/members")
        known: list[dict[str, Any]] = json.loads(reply.body) if reply.ok else []
        return known

    def look(self) -> None:
        """Show roles and lags as they are now; called four times a second."""
        known = self.known()
        # Behind what was newest at the last look: a write that is on its way is not late.
        newest, self._newest = self._newest, max((one["written"] for one in known), default=0.0)
        for one in known:
            behind = max(0.0, newest - one["written"])
            self.lags[one["name"]] = behind if one["role"] == "secondary" else None
            self._show(self.node(one["name"]), one["role"], behind)
        self._bury([one["name"] for one in known if one["role"] == "primary"])
        self._audit(known)

    def _show(self, member: Mongo, role: str, behind: float) -> None:
        node = member.node
        if not member.is_running:
            return
        detail = "primary" if role == "primary" else "no answer yet"
        if role == "secondary":
            detail = f"{round(behind * 2) / 2:.1f} s late" if behind >= 0.75 else "up to date"
        if member.name == self.cut:
            detail = f"cut off, {detail}"
        shown = role if role != "unknown" else node.role
        if (node.role, node.state, node.detail) != (shown, "up", detail):
            node.role = shown
            node.up(pid=member.pid, detail=detail)

    def _bury(self, primaries: list[str]) -> None:
        """A dead primary is none any more once there is another one."""
        for member in self.members:
            if primaries and not member.is_running and member.node.role == "primary":
                member.node.role = "secondary"
                member.node.tell()

    def _audit(self, known: list[dict[str, Any]]) -> None:
        """Hold what was acknowledged against what the primary has."""
        primaries = [one["name"] for one in known if one["role"] == "primary"]
        if len(primaries) != 1:
            return
        asked_at = time.monotonic()
        pages = self.direct[primaries[0]].course.pages
        try:
            found = {one["_id"]: one["version"] for one in pages.find()}
        except PyMongoError:
            return  # it died a moment ago
        lost = self.ledger.audit(primaries[0], found, asked_at)
        if lost:
            self.lab.note(f"{lost} acknowledged writes are not on {primaries[0]}", "bad")

    # -- a known state

    def rest(self) -> None:
        """Stop the background load and wait until nothing of it is under way."""
        self.load.stop()
        settled = [-1]

        def is_settled() -> bool:
            before, settled[0] = settled[0], self.load.sent
            return before == self.load.sent == self.finished

        self.lab.until(is_settled, PATIENCE, "the end of what was under way")

    def mend(self) -> None:
        """All members run, see each other, and have everything; the usual load goes on."""
        with self.lab.together():
            for member in self.members:
                if not member.is_running:
                    member.restart()
        if self.cut:
            self.heal()
        for member in self.members:
            self.slow(member, 0)
        self.lab.until(self.is_whole, PATIENCE, "a primary and two secondaries that have it all")
        self.way, self.w = "secondary", "1"
        self.load.start()

    def is_whole(self) -> bool:
        """Whether there is one primary and two secondaries that are hardly behind."""
        known = self.known()
        first = [one for one in known if one["role"] == "primary"]
        others = [one for one in known if one["role"] == "secondary"]
        return len(first) == 1 and len(others) == 2 and first[0]["written"] - 0.5 <= min(
            one["written"] for one in others
        )  # fmt: skip

    def partition(self, member: Mongo) -> None:
        """Cut a member off from the others; clients still reach it."""
        self.need_stand_in("a cut between members")
        self.heal()
        self.replicas.partition(member)
        self.cut = member.name

    def heal(self) -> None:
        """All members hear each other again."""
        self.need_stand_in("a cut between members")
        self.replicas.heal()
        self.cut = ""

    def slow(self, member: Mongo, seconds: float, rate: float | None = None) -> None:
        """Let a member be late, or apply only so many writes a second."""
        if rate is None:
            self.replicas.set_lag(member, seconds)
            return
        self.need_stand_in("the rate of applying")
        member.steer(do="lag", seconds=seconds, applies_per_second=rate)

    def need_stand_in(self, what: str) -> None:
        """Say so where a real mongod cannot be made to fail like this."""
        if not self.members[0].stand_in:
            raise LabError(f"{what}: only the stand-in can be told; this is a real mongod")
