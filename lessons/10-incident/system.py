"""What runs in this lesson, from the visitors to the databases, and how it is changed."""

import contextlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import settings as settings_file
from cluster import WORKERS
from fleet import DELAYS, MOST_WORKERS, Fleet
from meters import tell_visit
from settings import Settings
from visitors import USERS, Crowd, Seen, Visit
from web import Answer

from lab import Lab
from lab.errors import LabError

QUICK_MS = 250
RATE = 12.0  # visitors a second
BASE_RETRY, NAIVE_RETRY = "error timeout", "error timeout http_503"


class System(Fleet):
    """Starts everything, and knows how to bring it back to where it was."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.settings = Settings()
        self.workers = WORKERS
        self.stale, self.edge_lock, self.generation = False, False, 0

    def start(self) -> None:
        """Start everything; returns when all answer."""
        lab = self.lab
        lab.node("visitors", "client", 0, "Visitors").up()
        self._declare()
        self._file = lab.work / "settings.json"
        settings_file.write(self._file, self.settings)
        with ThreadPoolExecutor() as pool:
            sets = [
                pool.submit(lab.replica_set, 3, tier=4, name=shard) for shard in self.shard_names
            ]
            self._start_servers()
            self.sets = {one.name: one for one in (each.result() for each in sets)}
        self._fill()
        self._start_programs()
        self.crowd = Crowd(
            self.edge.port, self.balancer.port, self._tell, lab.random
        )  # fmt: skip
        lab.until(self.is_whole, 20, "the router's view of both shards")
        self.traffic = lab.load(self.crowd.arrive, rate=RATE, concurrency=1).start()
        lab.every(0.25, self.look)

    def _start_servers(self) -> None:
        lab = self.lab
        with lab.together():
            self.cache = lab.redis("cache", tier=3, title="Cache (Redis)")
            self.queue = lab.redis("queue", tier=3, role="queue", title="Queue (Redis)")
            self.mail = lab.process(
                "mail", ["python", "mail.py", str(self.ports["mail"])], role="origin", tier=3,
                title="Mail server", ready=self.ports["mail"],
            )  # fmt: skip
        self.jobs_client = self.queue.client()

    def _fill(self) -> None:
        for number, replicas in enumerate(self.sets.values()):
            users = [{"_id": user, "version": 0, "orders": []} for user in range(USERS)]
            with replicas.client() as client:
                client.course.users.insert_many(users[number::2])

    def _start_programs(self) -> None:
        lab = self.lab
        members = [f"{name}/{one.name}={one.port}" for name, replicas in self.sets.items()
                   for one in replicas.members]  # fmt: skip
        router, mail = str(self.ports["router"]), str(self.ports["mail"])
        apps = [str(port) for port in self.app_ports]
        places = [str(self._file), router, self.cache.url, self.queue.url]
        with lab.together():
            self.router = lab.process(
                "router", ["python", "router.py", router, *members], role="balancer", tier=3,
                title="Shard router", ready=self.ports["router"],
            )  # fmt: skip
            self.master = lab.process(
                "master", ["python", "cluster.py", *places, *apps], role="master", tier=1,
                title="Master of the apps", ready=self.app_ports[WORKERS - 1],
            )  # fmt: skip
            self.jobs = [
                lab.process(
                    name, ["python", "jobs.py", name, self.queue.url, mail], role="worker", tier=2,
                    title=f"Queue worker {name[-1]}",
                )
                for name in ("jobs-1", "jobs-2")
            ]  # fmt: skip
            self.balancer = lab.nginx(
                self._text("balancer"), "balancer", tier=1, title="Balancer", **self._upstream()
            )
            self.edge = lab.nginx(
                self._text("edge"),
                "edge",
                tier=1,
                role="edge",
                title="Edge cache",
                **self._copies(),
            )

    def _tell(self, seen: Seen, answer: Answer) -> None:
        """Unless the lab is ending: nobody fails to be answered then."""
        if self.edge.is_running:
            tell_visit(self.lab, seen, answer)

    # -- what the nginx files say

    def _text(self, name: str) -> str:
        return (self.lab.folder / f"{name}.conf").read_text(encoding="utf-8")

    def _upstream(self) -> dict[str, Any]:
        servers = [f"server 127.0.0.1:{port} max_fails=0;" for port in self.app_ports]
        is_naive = self.settings.retries == "naive"
        return {
            "servers": "\n  ".join(servers[: self.workers]), "patience": "4s",
            "retry": NAIVE_RETRY if is_naive else BASE_RETRY,
        }  # fmt: skip

    def _copies(self) -> dict[str, Any]:
        stale = "error timeout updating http_502 http_503 http_504" if self.stale else "off"
        return {
            "balancer": self.balancer.port, "generation": self.generation, "stale": stale,
            "lock": "on" if self.edge_lock else "off", "background": "on" if self.stale else "off",
        }  # fmt: skip

    def use(self, **changes: Any) -> None:
        """Change settings; nginx is told where its files change."""
        before = (self._upstream(), self._copies())
        for name in ("stale", "edge_lock", "generation", "workers"):
            setattr(self, name, changes.pop(name, getattr(self, name)))
        self.settings = replace(self.settings, **changes)
        settings_file.write(self._file, self.settings)
        self.crowd.retries = self.settings.retries
        if self._upstream() != before[0] and self.balancer.is_running:
            self.balancer.reload(self._text("balancer"), **self._upstream())
        if self._copies() != before[1] and self.edge.is_running:
            self.edge.reload(self._text("edge"), **self._copies())

    def staff(self, workers: int) -> None:
        """So many app workers."""
        workers = min(max(workers, WORKERS), MOST_WORKERS)
        while self.workers < workers:
            os.kill(self.master.pid, signal.SIGTTIN)
            port = self.app_ports[self.workers]
            self.lab.until(lambda port=port: self.lab.http(port, "/").status, 10, "one more app")
            self.use(workers=self.workers + 1)
        while self.workers > workers:
            self.use(workers=self.workers - 1)
            os.kill(self.master.pid, signal.SIGTTOU)
            name = f"app-{self.workers + 1}"
            self.lab.until(lambda name=name: self.app(name).state == "gone", 10, f"{name}'s end")

    # -- a known state

    @contextlib.contextmanager
    def calm(self, **changes: Any) -> Iterator[None]:
        """No other visitors, everything whole, nothing counted; then as it was at the start."""
        self.traffic.stop()
        self.crowd.clear_out()
        self.restore(**changes)
        self.settle()
        try:
            yield
        finally:
            self.crowd.clear_out()
            self.restore()
            self.traffic.start()

    def settle(self) -> None:
        """Let visits be as quick as they should be, where the computer allows that soon."""
        with contextlib.suppress(LabError):  # then it is as busy as this
            self.lab.until(self._is_quick, 5, "quick answers")
        self.tell("router", zero=True)
        self.cache.client().flushall()

    def _is_quick(self) -> bool:
        seen = self.crowd.replay([Visit(0.02 * n, "users", n) for n in range(6)], 0.5)
        return all(one.ms < QUICK_MS for one in seen)

    def restore(self, **changes: Any) -> None:
        """Everything runs, with the first settings and these changes."""
        self.staff(WORKERS)
        base = {"stale": False, "edge_lock": False}
        self.tell("router", **DELAYS)
        self.tell("router", clear=True)
        self.mend()
        self.use(**{**base, **vars_of(Settings()), **changes})
        self.tell("mail", zero=True)
        self.empty()
        self.jobs_client.xtrim("mails", maxlen=0)
        self.jobs_client.delete("mails", "mails.dead")

    def empty(self) -> None:
        """No copies anywhere, and nobody waits for the shards."""
        self.tell("router", clear=True)
        self.lab.until(self.nobody_waits, 10, "the end of what the shards had to do")
        self.tell("router", zero=True)
        self.cache.client().flushall()
        self.use(generation=self.generation + 1)

    def mend(self) -> None:
        """Start what is dead, let go on what hangs, end every delay."""
        for process in self.everything:
            if process.node.state == "paused":
                process.resume()
        self.wake_apps()
        dead = [one for one in self.everything if not one.is_running]
        with self.lab.together():
            for process in dead:
                process.restart()
        self.reconnect()
        self.tell("mail", works=True)
        self.tell("router", **DELAYS)
        self.lab.until(self.is_whole, 20, "a primary and two secondaries in both shards")
        self.lab.until(self.apps_answer, 10, "all apps")

    def one(self, kind: str, number: int) -> Seen:
        """One visit that is always shown."""
        return self.crowd.visit(kind, number)


def vars_of(settings: Settings) -> dict[str, Any]:
    """A slotted dataclass as keywords."""
    return {name: getattr(settings, name) for name in settings.__slots__}
