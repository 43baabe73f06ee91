"""What runs in this lesson: visitors in three regions, an edge in each, one origin."""

import contextlib
import secrets
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from origin import SIZES
from visitors import DISTANCE_MS, REGIONS, Seen, Visitors

from lab import Lab
from lab.errors import LabError

SETTINGS = {
    "max_age": 60, "more": "", "vary": "", "cookie": False, "work_ms": 5, "held": False,
    "distance_ms": DISTANCE_MS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What the lesson chooses in the edges' configuration."""

    key: str = "$request_uri"
    lock: str = "off"
    stale: str = "off"
    strict: bool = False
    generation: int = 0  # part of the key: another one means that no copy is found


NAMES = {"eu": "EU", "us": "US", "asia": "Asia"}


class System:
    """Starts the processes, and changes them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.rules = Rules()
        self.versions = dict.fromkeys(SIZES, 1)
        self.settings: dict[str, object] = dict(SETTINGS)
        self._password = secrets.token_hex(8)
        self._counted: deque[tuple[float, int, int]] = deque()

    # -- starting

    def start(self) -> None:
        """Start everything; returns when edges and origin answer."""
        lab = self.lab
        self.origin_port = lab.free_port()
        self._inner = {region: lab.free_port() for region in REGIONS}
        self._templates = {
            name: (lab.folder / f"{name}.conf").read_text(encoding="utf-8")
            for name in ("edge", "strict")
        }
        for region, name in NAMES.items():
            lab.node(f"visitors-{region}", "client", 0, f"{name} users").up()
            lab.edge(f"visitors-{region}", f"edge-{region}")
            lab.edge(f"edge-{region}", "origin")
            lab.node(f"edge-{region}", "edge", 1, f"Edge {name}")
        with lab.together():
            self.origin = lab.process(
                "origin", ["python", "origin.py", str(self.origin_port)], role="origin", tier=2,
                title="Origin", ready=self.origin_port,
            )  # fmt: skip
            self.edges = {
                region: lab.nginx(
                    self._templates["edge"], f"edge-{region}", role="edge", **self._places(region)
                )
                for region in REGIONS
            }
        ports = {region: edge.port for region, edge in self.edges.items()}
        self.visitors = Visitors(lab, ports, self.origin_port)
        self.tell_origin()
        self.traffic = lab.load(self.visitors.visit_somehow, rate=20, concurrency=24)
        lab.every(0.5, self._count_origin)

    def _places(self, region: str, rules: Rules | None = None) -> dict[str, Any]:
        """The words for the braces."""
        rules = rules or self.rules
        return {
            "origin": self.origin_port, "inner": self._inner[region], "region": region,
            "password": self._password, "lesson": self.lab.folder, "lock": rules.lock,
            "stale": rules.stale, "key": f"{rules.generation}:{rules.key}",
        }  # fmt: skip

    # -- edges

    def use(self, **changes: Any) -> None:
        """Reload all edges with other rules. Raises BadConfig when nginx cannot follow them."""
        rules = replace(self.rules, **changes)
        template = self._templates["strict" if rules.strict else "edge"]
        with ThreadPoolExecutor() as pool:
            reloads = [
                pool.submit(edge.reload, template, **self._places(region, rules))
                for region, edge in self.edges.items()
            ]
        for one in reloads:
            one.result()
        self.rules = rules

    def purge_everything(self) -> None:
        """No copy that is there now will be found again."""
        self.use(generation=self.rules.generation + 1)

    def refresh(self, region: str, path: str) -> Seen:
        """Ask past an edge's copy; the origin's answer takes its place."""
        headers = {"X-Refresh": self._password}
        return self.visitors.ask(region, path, headers=headers, keep=True)

    # -- the origin

    def set_origin(self, **settings: object) -> None:
        """Change what the origin sends, and how it behaves."""
        self._tell(settings=settings)
        self.settings |= settings

    def tell_origin(self) -> None:
        """Tell a new process what the one before it knew."""
        self._tell(versions=self.versions, settings=self.settings)
        self.visitors.names = self._tell(names=True)

    def counts(self, path: str = "") -> dict[str, Any]:
        """What the origin counted since `zero`; `asked` and `waiting` are of that path."""
        return self._tell(path=path)

    def zero(self) -> None:
        """Count from zero."""
        self._tell(zero=True)

    def deploy(self, name: str) -> int:
        """Change a file; its new version. New pages link to it at once."""
        self.versions[name] += 1
        self.tell_origin()
        return self.versions[name]

    def revive(self) -> None:
        """Start the origin again, if it is dead, with the files and settings it had."""
        if not self.origin.is_running:
            self.origin.restart()
            self.tell_origin()

    def _tell(self, **what: object) -> dict[str, Any]:
        """Steer the origin over its control socket, which no visitor can reach."""
        if not self.origin.is_running:
            raise LabError("the origin is dead: start it again first")
        answer: dict[str, Any] = self.origin.tell(**what)
        return answer

    def _count_origin(self) -> None:
        """Note the origin's counts, for the gauges."""
        with contextlib.suppress(LabError):
            counts = self.counts()
            if self._counted and counts["requests"] < self._counted[-1][1]:
                self._counted.clear()
            self._counted.append((time.monotonic(), counts["requests"], counts["bytes"]))
            while self._counted[-1][0] - self._counted[0][0] > 5:
                self._counted.popleft()

    def origin_rate(self, column: int) -> float | None:
        """Requests (1) or bytes (2) a second at the origin, over the last five seconds."""
        if not self.origin.is_running or len(self._counted) < 2:
            return None
        first, last = self._counted[0], self._counted[-1]
        return (last[column] - first[column]) / (last[0] - first[0])

    # -- for experiments

    @contextlib.contextmanager
    def calm(self, *, fingerprints: bool = False, **changes: Any) -> Iterator[None]:
        """No other visitors, no copies, counts from zero; `changes` go to edges or origin."""
        self.traffic.stop()
        self.lab.until(
            lambda: self.visitors.served >= self.traffic.sent, 20, "the last visitor's answer"
        )
        origin = {name: changes.pop(name) for name in list(changes) if name in SETTINGS}
        self._restore(fingerprints=fingerprints, **changes)
        self.set_origin(**origin)
        self.zero()
        try:
            yield
        finally:
            self._restore()
            self.traffic.start()

    def _restore(self, *, fingerprints: bool = False, **changes: Any) -> None:
        self.revive()
        self.set_origin(**SETTINGS)
        self.visitors.environment["ENV"] = "production"
        self.visitors.fingerprints, self.visitors.spoiled = fingerprints, "nothing"
        generation = self.rules.generation + 1
        self.rules = Rules()
        self.use(generation=generation, **changes)
