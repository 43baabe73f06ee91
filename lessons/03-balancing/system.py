"""What runs in this lesson: clients, nginx, and four backends in Python."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from lab import Lab
from lab.errors import BadConfig
from lab.http import Reply

NAMES = ("a", "b", "c", "d")
ONE_CLIENT = "203.0.113.7"
WORK_MS = 20.0
RATE = 40


@dataclass(frozen=True, slots=True)
class Block:
    """What the lesson chooses in `balancer.conf`."""

    lines: str
    keepalive: int = 0  # idle connections to backends that nginx keeps
    patience: float = 2  # seconds nginx waits for a backend's answer
    retry: str = "error timeout"
    zone: str = "zone app 64k;"

    def places(self) -> dict[str, object]:
        """The words for the braces."""
        lines = f"{self.lines} keepalive {self.keepalive};" if self.keepalive else self.lines
        connection = '""' if self.keepalive else "close"
        return {
            "lines": lines, "zone": self.zone, "connection": connection,
            "patience": self.patience, "retry": self.retry,
        }  # fmt: skip


def block(method: str = "", rest: str = "fail_timeout=5s", **weights: int) -> Block:
    """A block with a method and equal servers, or those that are given a weight."""
    servers = weights or dict.fromkeys(NAMES, 1)
    lines = [f"server {{{name}}} weight={weight} {rest};" for name, weight in servers.items()]
    return Block(" ".join([f"{method};" if method else "", *lines]).strip())


BASELINE = block()


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as its client saw it."""

    status: int
    servers: tuple[str, ...]  # whom nginx asked, in this order
    statuses: tuple[str, ...]
    ms: float
    process: str
    reply: Reply

    @property
    def server(self) -> str:
        """Who answered, or who was asked last."""
        return self.servers[-1] if self.servers else "-"


class System:
    """Starts the processes, and is the clients who ask."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.block = BASELINE
        self.clients = "one network"
        self.times = lab.window(5)
        self.busiest = lab.window(5)  # tagged with who answered
        self.retried = lab.window(5)
        self.opened = lab.window(5)
        self.queues = lab.window(5)
        self._served = 0

    def start(self) -> None:
        """Start everything; returns when nginx answers."""
        lab = self.lab
        lab.node("clients", "client", 0).up()
        lab.edge("clients", "nginx")
        self.ports = {name: lab.free_port() for name in NAMES}
        with ThreadPoolExecutor() as pool:
            self.backends = dict(zip(NAMES, pool.map(self._start_backend, NAMES), strict=True))
        self.names = {f"127.0.0.1:{port}": name for name, port in self.ports.items()}
        self.template = (lab.folder / "balancer.conf").read_text(encoding="utf-8")
        self.nginx = self.start_nginx("nginx", self.block)
        for name in NAMES:
            lab.edge("nginx", name)
        self.traffic = lab.load(self.visit_somehow, rate=RATE, concurrency=48)

    def _start_backend(self, name: str) -> Any:
        port = self.ports[name]
        argv = ["python", "backend.py", name, str(port)]
        return self.lab.process(name, argv, role="app", tier=2, title=f"Backend {name}", ready=port)

    # -- nginx

    def start_nginx(self, name: str, chosen: Block, workers: int = 1) -> Any:
        """A real nginx with this block."""
        return self.lab.nginx(self.template, name, workers=workers, **self._places(chosen))

    def use(self, chosen: Block, detail: str = "") -> None:
        """Put a block in force; every count in nginx starts from zero. Raises BadConfig."""
        self.nginx.reload(self.template, **self._places(chosen))
        self.block = chosen
        self.nginx.node.up(detail=detail or first_words(chosen))

    def change(self, **changes: Any) -> None:
        """Put the block in force with something changed."""
        self.use(replace(self.block, **changes))

    def refusal(self, chosen: Block) -> str | None:
        """What nginx says against a block; None when it takes it."""
        try:
            self.nginx.check(self.template, **self._places(chosen))
        except BadConfig as error:
            return self.readable(error)
        return None

    def readable(self, error: BadConfig) -> str:
        """What nginx says, with names in place of ports."""
        words = str(error)
        for address, name in self.names.items():
            words = words.replace(address, name)
        return words

    def _places(self, chosen: Block) -> dict[str, object]:
        addresses = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        return {**chosen.places(), **addresses}

    # -- clients

    def visit(
        self, client: str = "", *, method: str = "GET", keep: bool = False, port: int = 0
    ) -> Seen:
        """One request through nginx, on a connection of its own."""
        who = client or self._somebody()
        body = b"one book" if method == "POST" else b""
        reply = self.lab.http(
            port or self.nginx.port, "/", method=method, headers={"X-Real-IP": who}, body=body,
            timeout=15,
        )  # fmt: skip
        seen = self.read(reply)
        self._note(seen)
        self._trace(seen, f"{method} / from {who}", keep=keep)
        return seen

    def visit_somehow(self, _number: int) -> Reply:
        """One of the clients that come all the time."""
        try:
            return self.visit().reply
        finally:
            self._served += 1

    def visits(self, count: int, **how: Any) -> list[Seen]:
        """Requests one after the other."""
        return [self.visit(**how) for _ in range(count)]

    def read(self, reply: Reply) -> Seen:
        """What an answer's headers tell."""
        told = reply.headers
        addresses = split(told.get("x-upstream", ""))
        return Seen(
            reply.status, tuple(self.names.get(one, one) for one in addresses),
            tuple(split(told.get("x-upstream-status", ""))), round(reply.ms, 3),
            told.get("x-process", ""), reply,
        )  # fmt: skip

    def _somebody(self) -> str:
        draw = self.lab.random.randint
        if self.clients == "one":
            return ONE_CLIENT
        if self.clients == "many":
            return f"10.{draw(0, 255)}.{draw(0, 255)}.{draw(1, 254)}"
        return f"203.0.113.{draw(1, 254)}"

    def _note(self, seen: Seen) -> None:
        """Remember it for the gauges, and count it on the edges."""
        told = seen.reply.headers
        self.times.add(seen.ms, ok=seen.reply.ok)
        self.retried.add(100.0 * (len(seen.servers) > 1))
        if "x-backend" in told:
            self.busiest.add(0, tag=told["x-backend"])
            self.opened.add(100.0 * (told["x-nth"] == "1"))
            self.queues.add(float(told["x-in-flight"]))
        self.count(seen, "nginx")

    def count(self, seen: Seen, balancer: str) -> None:
        """Show it on the edges."""
        self.lab.flow("clients", balancer, seen.ms, ok=seen.reply.ok)
        for name, status, ms in self._tries(seen):
            self.lab.flow(balancer, name, ms, ok=status < "500")

    def _tries(self, seen: Seen) -> list[tuple[str, str, float]]:
        """Whom nginx asked: name, status, ms; without the block's own name (nobody was left)."""
        seconds = split(seen.reply.headers.get("x-upstream-time", ""))
        rows = zip(seen.servers, seen.statuses, seconds, strict=False)
        return [
            (name, status, 1000 * float(time) if time != "-" else 0.0)
            for name, status, time in rows if name in NAMES
        ]  # fmt: skip

    def _trace(self, seen: Seen, what: str, *, keep: bool) -> None:
        tries = self._tries(seen)
        own = max(seen.ms - sum(ms for _, _, ms in tries), 0)
        hops = [("clients", 0, what), ("nginx", own, ""), *((n, ms, s) for n, s, ms in tries)]
        is_plain = len(seen.servers) == 1 and seen.reply.ok  # the path says it all
        why = "" if is_plain else f"$upstream_addr says {', '.join(seen.servers) or 'nobody'}"
        outcome = f"{seen.status or 'no answer'} from {seen.server}"
        keep = keep or len(seen.servers) > 1  # what a failure cost is worth seeing
        self.lab.request(outcome, hops, why=why, ok=seen.reply.ok, ms=seen.ms, keep=keep)

    # -- backends

    def tell(self, name: str, path: str = "/_stats", **settings: object) -> dict[str, int]:
        """Change or read a backend, past nginx."""
        body = json.dumps(settings).encode()
        reply = self.lab.http(self.ports[name], path, method="PUT", body=body)
        counts: dict[str, int] = json.loads(reply.body or b"{}")
        return counts

    def tell_all(self, path: str = "/_stats", **settings: object) -> dict[str, dict[str, int]]:
        """All four backends."""
        return {name: self.tell(name, path, **settings) for name in NAMES}

    def total(self, what: str) -> int:
        """A count of the backends, added up."""
        return sum(counts[what] for counts in self.tell_all().values())

    def mend(self, work_ms: float = WORK_MS) -> None:
        """Every backend runs, and is well."""
        for backend in self.backends.values():
            if not backend.is_running:
                backend.restart()
            elif backend.node.state == "paused":
                backend.resume()
        self.tell_all("/_settings", work_ms=work_ms, mood="well")
        self.tell_all("/_zero")

    @contextlib.contextmanager
    def calm(self, chosen: Block = BASELINE, work_ms: float = 1) -> Iterator[None]:
        """No other traffic, healthy quick backends, fresh counts; afterwards as at the start."""
        self.traffic.stop()
        self.lab.until(lambda: self._served >= self.traffic.sent, 20, "the last client's answer")
        self.mend(work_ms)
        self.use(chosen)
        try:
            yield
        finally:
            self.mend()
            self.clients = "one network"
            self.use(BASELINE)
            self.traffic.start()


def split(header: str) -> list[str]:
    """A list as nginx writes it: one entry for each server it asked."""
    return [one.strip() for one in header.split(",")] if header else []


def first_words(chosen: Block) -> str:
    """How nginx chooses, for its node."""
    first = chosen.lines.split(";")[0].strip()
    return "round robin" if first.startswith("server") else first
