"""The lab: what `from lab import Lab` gives a lesson."""

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lab.errors import LabError
from lab.flows import Flows
from lab.http import http_request
from lab.nodes import Node, Topology
from lab.ports import free_port
from lab.registry import Registry
from lab.reports import Reports
from lab.runtime import Runtime, make_work, remove_work
from lab.starting import Learner, Starting
from lab.telling import Sink, Telling
from lab.wait import until
from lab.window import Window

TICK_SECONDS = 0.25
HopLike = Sequence[Any] | dict[str, Any]  # (node, ms, note), the last two optional
T = TypeVar("T")


class Lab(Registry):
    """A lesson's running system. Declares functions at import, starts nothing until opened.

    Everything that starts a server or program is `lab.redis`, `lab.process` and so on: see
    `lab.starting.Starting`, whose methods are reachable here once the lab is open.
    """

    http = staticmethod(http_request)
    until = staticmethod(until)
    free_port = staticmethod(free_port)

    def __init__(self) -> None:
        super().__init__()
        self.random = random.Random(1)
        self._runtime: Runtime | None = None
        self._starting: Starting | None = None
        self._telling: Telling | None = None
        self._topology: Topology | None = None
        self._flows = Flows()
        self._reports: Reports | None = None
        self._silent_gauges: set[str] = set()
        self._requests = 0
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        starting = self.__dict__.get("_starting")
        if starting is None or name.startswith("_"):
            raise LabError(f"lab.{name} can be used once the lab is open: inside a function")
        return getattr(starting, name)

    @property
    def seed(self) -> int:
        """The run's seed."""
        return self._open_runtime.seed

    @property
    def folder(self) -> Path:
        """The lesson's files."""
        return self._open_runtime.folder

    @property
    def work(self) -> Path:
        """A private scratch folder."""
        return self._open_runtime.work

    @property
    def submission_folder(self) -> Path:
        """Where the learner's files lie; for rigs."""
        learner = self._starting._learner if self._starting else None  # noqa: SLF001
        if learner is None:
            raise LabError("there is no submission here")
        return learner.folder

    def submitted(self, name: str) -> str:
        """The text of one of the learner's files; for rigs."""
        learner = self._starting._learner if self._starting else None  # noqa: SLF001
        if learner is None or name not in learner.files:
            raise LabError(f"there is no submitted file {name}")
        return learner.files[name].decode()

    # -- events

    def node(self, name: str, role: str, tier: int, title: str = "") -> Node:
        """Declare a node that is not a process of the lab's own."""
        return self._open_topology.node(name, role, tier, title)

    def edge(self, source: str, target: str) -> None:
        """Requests may flow there."""
        self._open_topology.edge(source, target)

    def flow(
        self, source: str, target: str, ms: float | None = None, *, ok: bool = True, count: int = 1
    ) -> None:
        """Count requests on an edge; sent once a tick."""
        self._flows.add(source, target, count, 0 if ok else count, ms)

    def request(
        self,
        outcome: str,
        hops: Sequence[HopLike] = (),
        *,
        why: str = "",
        ok: bool = True,
        ms: float | None = None,
        keep: bool = False,
    ) -> None:
        """Trace one request with its path; among many only some are sent, unless `keep`."""
        with self._lock:
            self._requests += 1
            number = self._requests
        path = [_hop(one) for one in hops]
        total = ms if ms is not None else sum(float(one["ms"]) for one in path)
        self._tell(
            "request", keep=keep, request=f"r{number}", outcome=outcome, ms=round(total, 3),
            hops=path, why=why, ok=ok,
        )  # fmt: skip

    def note(self, text: str, tone: str = "info", node: str = "") -> None:
        """A sentence for the event list."""
        self._tell("note", text=text, tone=tone, node=node)

    def source_of(self, node: str, function: Callable[..., Any]) -> None:
        """Say whose code stands behind a node (read from the source, nothing to run)."""

    def window(self, seconds: float | None = 5.0) -> Window:
        """Recent measurements."""
        return Window(seconds)

    # -- life

    def open(
        self,
        sink: Sink,
        folder: Path,
        *,
        isolation: str = "none",
        seed: int = 1,
        started: dict[str, Any] | None = None,
        learner: Learner | None = None,
    ) -> None:
        """Start the system; events go to `sink` until `close`."""
        self.random.seed(seed)
        self._runtime = Runtime(folder, make_work(isolation), isolation, seed)
        self._telling = Telling(sink)
        self._topology = Topology(self._telling)
        address = self._runtime.place("reports", "lesson") / "socket"
        self._reports = Reports(address, self._reported)
        self._starting = Starting(
            self._runtime, self._telling, self._topology, self._flows, address, learner
        )
        self._tell("lab_started", **{"lesson": folder.name, "seed": seed, **(started or {})})
        for setup in self.setups:
            setup()
        self._starting.every(TICK_SECONDS, self.tick)

    def close(self, reason: str = "closed") -> None:
        """End everything; idempotent."""
        starting, self._starting = self._starting, None
        if starting is None or self._reports is None:
            return
        starting.close()
        self._reports.close()
        self._tell("lab_stopped", reason=reason)
        remove_work(self._open_runtime.work)

    def tick(self) -> None:
        """Send the traffic of the last tick and read every gauge."""
        for (source, target), flow in self._flows.take().items():
            self._open_topology.edge(source, target)
            self._tell(
                "traffic", source=source, target=target, requests=flow.requests,
                errors=flow.errors, seconds=TICK_SECONDS, ms=flow.mean_ms,
            )  # fmt: skip
        values = {name: self._read(name, gauge) for name, gauge in list(self.gauges.items())}
        self._tell("gauges", values=values)

    def play(self, *acts: Callable[..., Any]) -> None:
        """Run alone: start, do these in turn, print what happens, stop."""
        from lab.alone import play

        play(self, acts)

    @property
    def foreign(self) -> list[int]:
        """Ports where somebody listens who is not the service the lab started there."""
        from lab.ports import listener_uids

        owners = self._starting.owners if self._starting else {}
        return [port for port, uid in owners.items() if listener_uids(port) - {uid, 0}]

    @property
    def published(self) -> dict[str, Any]:
        """What a rig published for harness and program."""
        return self._starting.published if self._starting else {}

    def tell(self, kind: str, **fields: Any) -> None:
        """Send an event of the agent's own (triggers, experiments)."""
        self._tell(kind, **fields)

    def _read(self, name: str, gauge: Callable[[], float | None]) -> float | None:
        try:
            value = gauge()
        except Exception as error:  # noqa: BLE001  lesson code: becomes an event, once
            if name not in self._silent_gauges:
                self._silent_gauges.add(name)
                self.note(f"gauge {name}: {type(error).__name__}: {error}", tone="bad")
            return None
        return None if value is None else round(float(value), 4)

    def _reported(self, fields: dict[str, Any]) -> None:
        kind = fields.pop("kind")
        try:
            self._receive(kind, fields)
        except (KeyError, TypeError, ValueError) as error:
            self.note(f"a process reported an unusable {kind}: {error!r}", tone="bad")

    def _receive(self, kind: str, fields: dict[str, Any]) -> None:
        if kind == "node":
            self._open_topology.reported(fields)
        elif kind == "edge":
            self.edge(fields["source"], fields["target"])
        elif kind == "traffic":
            self._flows.add(
                fields["source"], fields["target"], int(fields.get("requests", 1)),
                int(fields.get("errors", 0)), fields.get("ms"),
            )  # fmt: skip
        elif kind == "note":
            self.note(str(fields["text"]), fields.get("tone", "info"), fields.get("node", ""))
        elif kind == "log":
            self._tell("log", node=str(fields["node"]), text=str(fields["text"]))
        elif kind == "request":
            self.request(
                str(fields["outcome"]), fields.get("hops", ()), why=str(fields.get("why", "")),
                ok=bool(fields.get("ok", True)), ms=fields.get("ms"),
                keep=bool(fields.get("keep", False)),
            )  # fmt: skip

    def _tell(self, kind: str, **fields: Any) -> None:
        if self._telling is None:
            raise LabError("the lab is not open")
        self._telling.tell(kind, **fields)

    @property
    def _open_runtime(self) -> Runtime:
        if self._runtime is None:
            raise LabError("the lab is not open yet: use this inside a function")
        return self._runtime

    @property
    def _open_topology(self) -> Topology:
        if self._topology is None:
            raise LabError("the lab is not open yet: use this inside a function")
        return self._topology


def _hop(one: HopLike) -> dict[str, Any]:
    if not isinstance(one, dict):
        one = dict(zip(("node", "ms", "note"), one, strict=False))
    return {
        "node": str(one["node"]),
        "ms": round(float(one.get("ms") or 0.0), 3),
        "note": str(one.get("note", "")),
    }
