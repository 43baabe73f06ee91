"""What runs in this lesson: a shop, a queue in Redis, workers, and a mail server."""

import contextlib
import json
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from staff import WORKERS, Staff

from lab import Lab
from lab.errors import LabError
from lab.http import Reply
from lab.process import Process

MAIL = {"works": True, "seconds": 0.02, "lanes": 10}
BULL = "bull:mails"  # where BullMQ keeps its lists


class System:
    """Starts the processes, and asks them and Redis what there is."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.order: dict[str, Any] = {"key": False}  # what new orders carry
        self.options: dict[str, Any] = {}  # how their jobs are retried
        self._number = 0
        self._counts: deque[tuple[float, dict[str, int]]] = deque()

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
            self.mail = self._serve("mail", "origin", 4, "Mail server", [])
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

    # -- who does what

    def holder(self, order: str) -> str:
        """The worker that is doing an order's job; empty when none is."""
        for number in self.client.lrange(f"{BULL}:active", 0, -1):
            data = self.client.hget(f"{BULL}:{number}", "data")
            if json.loads(data or "{}").get("order") == order:
                return self._locked_by(number)
        return ""

    def _locked_by(self, number: str) -> str:
        """The worker whose lock is on a job: its value is worker-1.PID:COUNT."""
        return (self.client.get(f"{BULL}:{number}:lock") or "").partition(".")[0]

    def busy(self, how: str = "") -> list[str]:
        """The workers that have a job now, from one of the queues or from either."""
        held = self.holders_on_stream() if how != "bullmq" else []
        if how != "stream":
            active = self.client.lrange(f"{BULL}:active", 0, -1)
            held += [self._locked_by(number) for number in active]
        return [name for name in held if name in self.staff.running]

    def holders_on_stream(self) -> list[str]:
        """The workers that have a job from the stream, each as often as it has jobs."""
        import redis

        try:
            rows = self.client.xpending_range("jobs", "workers", "-", "+", 50)
        except redis.ResponseError:
            return []  # the stream was emptied, and no worker has made it anew yet
        return [str(row["consumer"]) for row in rows]

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
            raise LabError(f"the shop did not take the order: {reply.status} {reply.body!r}")
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

    # -- what there is

    def waiting(self) -> int:
        """Jobs that nobody has begun, those that wait for their next attempt included."""
        later = self.client.llen(f"{BULL}:wait") + self.client.zcard(f"{BULL}:delayed")
        return int(later + self._unread())

    def _unread(self) -> int:
        """What lies on the stream and was handed to nobody."""
        return int(self.client.xlen("jobs")) - len(self.holders_on_stream())

    def active(self) -> int:
        """Jobs that are being done."""
        return int(self.client.llen(f"{BULL}:active")) + len(self.holders_on_stream())

    def unfinished(self) -> int:
        """Jobs that are waiting or being done, counted at one instant."""
        pipeline = self.client.pipeline()
        pipeline.llen(f"{BULL}:wait").zcard(f"{BULL}:delayed").llen(f"{BULL}:active").xlen("jobs")
        return sum(int(count) for count in pipeline.execute())

    def dead(self) -> int:
        """Jobs that were set aside."""
        return int(self.client.zcard(f"{BULL}:failed") + self.client.xlen("jobs.dead"))

    def oldest(self) -> float | None:
        """For how many seconds the oldest waiting job has waited."""
        number = self.client.lindex(f"{BULL}:wait", -1)
        since = self.client.hget(f"{BULL}:{number}", "timestamp") if number else None
        return time.time() - int(since) / 1000 if since else 0.0

    def mails(self, orders: list[str], what: str = "sent") -> dict[str, int]:
        """How often the mail server sent these orders' mails (or was `asked` to)."""
        counted = json.loads(self.lab.http(self.ports["mail"], "/mails").body)[what]
        return {order: counted.get(order, 0) for order in orders}

    def counts(self) -> dict[str, int]:
        """What the mail server counted since it started."""
        counted: dict[str, int] = json.loads(self.lab.http(self.ports["mail"], "/stats").body)
        return counted

    def recent(self, what: str, seconds: float = 5) -> tuple[int, float]:
        """How much of something the mail server counted lately, and in how many seconds."""
        now = time.monotonic()
        if not self._counts or now - self._counts[-1][0] > 0.2:
            self._counts.append((now, self.counts()))
        while len(self._counts) > 1 and now - self._counts[0][0] > 30:
            self._counts.popleft()
        then, before = next(one for one in self._counts if now - one[0] <= seconds)
        return self._counts[-1][1][what] - before[what], now - then

    def revive(self) -> int:
        """Put what was set aside back into the queue; how many there were."""
        dead = self.dead()
        self.lab.http(self.ports["shop"], "/revive", method="POST", body=b"{}")
        return dead

    def set_mail(self, **settings: Any) -> dict[str, Any]:
        """Break or mend the mail server, or change its capacity."""
        body = json.dumps(settings).encode()
        reply = self.lab.http(self.ports["mail"], "/settings", method="PUT", body=body)
        changed: dict[str, Any] = json.loads(reply.body)
        return changed

    def mend(self) -> None:
        """The mail server as it was at the start."""
        self.set_mail(**MAIL)
        self.mail.node.up()

    # -- a quiet start

    @contextlib.contextmanager
    def fresh(self, workers: int = WORKERS, **mail: Any) -> Iterator[None]:
        """An empty queue, so many workers at work, a working mail server; afterwards all five."""
        chosen = self.order, self.options  # the learner's: they hold again afterwards
        self.order, self.options = {}, {}
        self._reset(workers)
        self.set_mail(**mail)
        try:
            yield
        finally:
            self.order, self.options = chosen
            self._reset(WORKERS)

    def _reset(self, workers: int) -> None:
        self.traffic.stop()
        self.steady(0)
        self.mend()
        self._empty()
        self._free_workers()
        states = self.client.hgetall("workers")
        self.client.pipeline().flushall().hset("workers", mapping=states).execute()
        self.staff.complete()
        self.staff.let_work(workers)

    def _empty(self) -> None:
        """Take away what waits; what is being done goes on."""
        for name in ("wait", "delayed", "prioritized", "paused"):
            self.client.delete(f"{BULL}:{name}")
        self.client.xtrim("jobs", maxlen=0)

    def _free_workers(self) -> None:
        """Wait a moment for jobs that are being done; kill whoever is not done by then."""
        deadline = time.monotonic() + 1.0
        while self.busy() and time.monotonic() < deadline:
            self._empty()
            time.sleep(0.02)
        stuck = sorted(set(self.busy()))
        if stuck:
            self.staff.restart(stuck)
