"""The parts by name: who runs, who is what, and what everybody says about it."""

import contextlib
import os
import signal
from typing import Any

from meters import Meters
from visitors import Crowd

from lab import Lab
from lab.errors import LabError
from lab.nodes import Node
from lab.process import Process
from lab.services.mongo import Mongo
from lab.services.nginx import Nginx
from lab.services.redis import Redis
from lab.services.replica_set import ReplicaSet

MOST_WORKERS = 4
DELAYS = {"query": 0.08, "rebuild": 0.5, "work": 0.02, "stalled": [], "broken": False}
SHARDS = ("a", "b")  # even users and pages, odd ones
GONE = "gone"


class Fleet:
    """Everything that was started, and how it is asked."""

    sets: dict[str, ReplicaSet]
    cache: Redis
    queue: Redis
    mail: Process
    router: Process
    master: Process
    jobs: list[Process]
    balancer: Nginx
    edge: Nginx
    crowd: Crowd
    jobs_client: Any

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.shard_names = SHARDS
        self.ports = {name: lab.free_port() for name in ("router", "mail")}
        self.app_ports = [lab.free_port() for _ in range(MOST_WORKERS)]
        self.late: Mongo | None = None  # the secondary that lags
        self.cut: str = ""  # the shard with a member that hears no other
        self._paused: set[int] = set()  # pids of apps
        self.meters = Meters()

    def _declare(self) -> None:
        """What is shown where, and what flows where."""
        lab = self.lab
        lab.node("edge", "edge", 1, "Edge cache")
        lab.node("balancer", "balancer", 1, "Balancer")
        lab.node("master", "master", 1, "Master of the apps")
        lab.edge("visitors", "edge")
        lab.edge("visitors", "balancer")
        lab.edge("edge", "balancer")
        for number in (1, 2, 3):
            lab.node(f"app-{number}", "app", 2)
            lab.edge("balancer", f"app-{number}")
            for target in ("cache", "router", "queue"):
                lab.edge(f"app-{number}", target)
        for shard in self.shard_names:
            for number in (1, 2, 3):
                lab.node(f"{shard}-{number}", "secondary", 4)
                lab.edge("router", f"{shard}-{number}")
        for number in (1, 2):
            lab.edge("queue", f"jobs-{number}")
            lab.edge(f"jobs-{number}", "mail")

    # -- who

    @property
    def members(self) -> list[Mongo]:
        """The databases of both shards."""
        return [member for replicas in self.sets.values() for member in replicas.members]

    @property
    def everything(self) -> list[Process]:
        """All programs but the apps, which have a master of their own."""
        return [
            self.cache, self.queue, self.mail, *self.members, self.router, self.master,
            *self.jobs, self.balancer, self.edge,
        ]  # fmt: skip

    def app(self, name: str) -> Node:
        """An app worker as its master last told of it."""
        return self.lab.node(name, "app", 2)

    def living_app(self, number: int) -> Node:
        """An app worker that can be done something to; raises LabError."""
        node = self.app(f"app-{number}")
        if node.state != "up" or node.pid is None:
            raise LabError(f"app-{number} does not run")
        return node

    def replicas(self, shard: str) -> ReplicaSet:
        """A shard's members; raises LabError."""
        if shard not in self.sets:
            raise LabError("the shards are a and b")
        return self.sets[shard]

    def secondary(self, shard: str) -> Mongo:
        """One of a shard's secondaries that run; raises LabError."""
        found = self.replicas(shard).secondaries
        if not found:
            raise LabError(f"shard {shard} has no secondary that runs: mend first")
        return found[0]

    # -- signals

    def signal_app(self, number: int, what: int) -> int:
        """Send a signal to an app worker; its pid."""
        node = self.living_app(number)
        assert node.pid is not None  # living_app says so
        os.kill(node.pid, what)
        if what == signal.SIGSTOP:
            self._paused.add(node.pid)
            node.set("paused", detail="SIGSTOP")
        return node.pid

    def wake_apps(self) -> None:
        """SIGCONT to those that hang, unless their master was faster."""
        for number in range(1, MOST_WORKERS + 1):
            node = self.app(f"app-{number}") if number <= 3 else None
            if node is not None and node.state == "paused" and node.pid in self._paused:
                os.kill(node.pid, signal.SIGCONT)
                node.up()
        self._paused.clear()

    def reconnect(self) -> None:
        """End lag and partition."""
        if self.late is not None:
            for replicas in self.sets.values():
                if self.late in replicas.members:
                    replicas.set_lag(self.late, 0)
            self.late = None
        if self.cut:
            self.sets[self.cut].heal()
            self.cut = ""

    # -- questions

    def tell(self, who: str, **fields: Any) -> None:
        """Tell the router or the mail server something, unless it is dead."""
        process = self.router if who == "router" else self.mail
        if process.is_running:
            process.tell(**fields)

    def stats(self, who: str = "router") -> dict[str, Any]:
        """What it counted since the last zero; empty while it is dead."""
        process = self.router if who == "router" else self.mail
        with contextlib.suppress(LabError):
            return dict(process.tell()) if process.is_running else {}
        return {}

    def is_whole(self) -> bool:
        """Whether the router sees a primary and two secondaries in each shard."""
        roles = list(self.stats().get("roles", {}).values())
        return roles.count("primary") == 2 and roles.count("secondary") == 4

    def nobody_waits(self) -> bool:
        """Whether no question is left in any line."""
        return not any(self.stats().get("waiting", {"?": 1}).values())

    def apps_answer(self) -> bool:
        """Whether every app worker of the first three does."""
        return all(self.lab.http(port, "/", timeout=0.5).status for port in self.app_ports[:3])

    def depth(self) -> int | None:
        """Jobs that are not done."""
        import redis

        try:
            return int(self.jobs_client.xlen("mails"))
        except redis.RedisError:
            return None

    # -- what is shown

    def look(self) -> None:
        """Roles as they are now, and counts for the gauges; called four times a second."""
        seen = self.stats()
        for name, role in seen.get("roles", {}).items():
            self._show(name, role, seen["waiting"][name])
        calls = sum(seen.get("calls", {}).values())
        self.meters.note(calls, self.stats("mail").get("doubles", 0), self.running())

    def _show(self, name: str, role: str, waiting: int) -> None:
        member = next(one for one in self.members if one.name == name)
        node = member.node
        if not member.is_running or node.state == "paused":
            return
        shown = role if role in ("primary", "secondary") else node.role
        late = ", lags" if member is self.late else ""
        line = f"{min(waiting // 5 * 5, 100)} wait" if waiting >= 5 else ""
        detail = f"{role}{late}" + (f", {line}" if line else "")
        if (node.role, node.state, node.detail) != (shown, "up", detail):
            node.role = shown
            node.up(pid=member.pid, detail=detail)

    def running(self) -> int:
        """How many nodes run now, and cost something."""
        apps = sum(self.app(f"app-{n}").state == "up" for n in (1, 2, 3))
        more = self.lab.opened.topology.nodes.get("app-4")
        return apps + (more is not None and more.state == "up") + sum(
            one.is_running for one in self.everything
        )  # fmt: skip
