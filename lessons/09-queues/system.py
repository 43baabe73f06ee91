"""What runs in this lesson: a shop, a queue in Redis, workers, and a mail server."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

from jobs import Jobs
from outbox import USUAL, Outbox
from staff import WORKERS, Staff

from lab import Lab
from lab.errors import LabError
from lab.http import Reply
from lab.process import Process


class System:
    """Starts the processes, takes orders, and brings everything back to a quiet start.

    `jobs` knows what lies in the queue, `outbox` what the mail server did, `staff` who works.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.order: dict[str, Any] = {"key": False}  # what new orders carry
        self.options: dict[str, Any] = {}  # how their jobs are retried
        self._number = 0

    def start(self) -> None:
        """Start everything; returns when all answer."""
        lab = self.lab
        lab.node("clients", "client", 0, "Customers").up()
        self.ports = {name: lab.free_port() for name in ("shop", "mail")}
        for number in range(1, WORKERS + 1):
            lab.node(f"worker-{number}", "worker", 3)
        with lab.together():
            self.redis = lab.redis("queue", tier=2, role="queue", title="Queue (Redis)")
            self.client = self.redis.client()
            self.jobs = Jobs(self.client)
            self.mail = self._serve("mail", "origin", 4, "Mail server", [])
            self.outbox = Outbox(lab, self.mail, self.ports["mail"])
            self.shop = self._serve("shop", "app", 1, "Shop", self._places())
            self.staff = Staff(lab, self.client, self._places())
            for number in range(1, WORKERS + 1):
                self.staff.hire(f"worker-{number}")
        for source, target in (("clients", "shop"), ("shop", "queue")):
            lab.edge(source, target)
        self.traffic = lab.load(self._send, rate=10, concurrency=16, target="shop")

    @property
    def workers(self) -> dict[str, Process]:
        """Everybody who ever worked here, by name."""
        return self.staff.workers

    def _places(self) -> list[str]:
        return ["--redis", self.redis.url, "--mail", str(self.ports["mail"])]

    def _serve(self, name: str, role: str, tier: int, title: str, more: list[str]) -> Process:
        port = self.ports[name]
        argv = ["python", f"{name}.py", "--port", str(port), *more]
        return self.lab.process(name, argv, role=role, tier=tier, title=title, ready=port)

    def busy(self, how: str = "") -> list[str]:
        """The workers that run and have a job now, from one of the queues or from either."""
        return [name for name in self.jobs.holders(how) if name in self.staff.running]

    # -- orders

    def name_orders(self, count: int) -> list[str]:
        """Numbers that no order had before."""
        first, self._number = self._number + 1, self._number + count
        return [f"o-{n}" for n in range(first, first + count)]

    def take(
        self,
        count: int = 1,
        *,
        how: str = "bullmq",
        options: dict[str, Any] | None = None,
        **order: Any,
    ) -> list[str]:
        """Order so much at the shop; the orders' numbers."""
        names = self.name_orders(count)
        orders = [{**self.order, **order, "order": name} for name in names]
        reply = self.post(orders, how, {**self.options, **(options or {})})
        if not reply.ok:
            why = json.loads(reply.body)["why"] if reply.status else reply.error
            raise LabError(f"the shop answered {reply.status}, and took no order: {why}")
        return names

    def post(self, orders: list[dict[str, Any]], how: str, options: dict[str, Any]) -> Reply:
        """Orders as the shop hears them."""
        body = json.dumps({"orders": orders, "how": how, "options": options}).encode()
        return self.lab.http(
            self.ports["shop"], "/orders", method="POST", body=body, timeout=15
        )  # fmt: skip

    def _send(self, _number: int) -> Reply:
        """A customer."""
        name = self.name_orders(1)[0]
        return self.post([{**self.order, "order": name}], "bullmq", self.options)

    def steady(self, rate: float, **order: Any) -> None:
        """Orders at an even pace, until 0."""
        body = json.dumps({"rate": rate, "order": order}).encode()
        self.lab.http(self.ports["shop"], "/steady", method="POST", body=body)

    def revive(self) -> int:
        """Put what was set aside back into the queue; how many there were."""
        dead = self.jobs.dead()
        self.lab.http(self.ports["shop"], "/revive", method="POST", body=b"{}")
        return dead

    def mend(self) -> None:
        """The mail server as it was at the start."""
        self.outbox.set(**USUAL)
        self.mail.node.up()

    # -- a quiet start

    @contextlib.contextmanager
    def fresh(self, workers: int = WORKERS, **mail: Any) -> Iterator[None]:
        """An empty queue, so many workers at work, a working mail server; afterwards all five."""
        chosen = self.order, self.options  # the learner's: they hold again afterwards
        self.order, self.options = {}, {}
        self._reset(workers)
        self.outbox.set(**mail)
        try:
            yield
        finally:
            self.order, self.options = chosen
            self._reset(WORKERS)

    def _reset(self, workers: int) -> None:
        self.traffic.stop()
        self.steady(0)
        self.mend()
        self.jobs.drop_waiting()
        self._free_workers()
        states = self.client.hgetall("workers")
        pipeline = self.client.pipeline()
        pipeline.flushall()
        pipeline.hset("workers", mapping=states)
        pipeline.execute()  # at one instant: a worker that rests stays one that rests
        self.staff.complete()
        self.staff.let_work(workers)

    def _free_workers(self) -> None:
        """Wait a moment for jobs that are being done; kill whoever is not done by then."""
        deadline = time.monotonic() + 1.0
        while self.busy() and time.monotonic() < deadline:
            self.jobs.drop_waiting()
            time.sleep(0.02)
        stuck = sorted(set(self.busy()))
        if stuck:
            self.staff.restart(stuck)
