"""The lab: what `from lab import Lab` gives a lesson."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.children import Children
from lab.flows import Flows
from lab.http import http_request
from lab.learner import Learner
from lab.nodes import Topology
from lab.opened import Opened
from lab.ports import free_port
from lab.registry import Registry
from lab.reports import Reports
from lab.runtime import Runtime, make_work, remove_work
from lab.servers import Servers
from lab.telling import Sink, Telling
from lab.voice import Voice
from lab.wait import until
from lab.window import Window

TICK_SECONDS = 0.25


class Lab(Registry, Voice, Servers):
    """A lesson's running system: declares functions at import, starts nothing until opened."""

    http = staticmethod(http_request)
    until = staticmethod(until)
    window = staticmethod(Window)
    free_port = staticmethod(free_port)

    def __init__(self) -> None:
        super().__init__()
        self.random = random.Random(1)
        self._complained: set[str] = set()  # gauges whose failure was told

    @property
    def seed(self) -> int:
        """The run's seed."""
        return self.opened.runtime.seed

    @property
    def folder(self) -> Path:
        """The lesson's files."""
        return self.opened.runtime.folder

    @property
    def work(self) -> Path:
        """A private scratch folder."""
        return self.opened.runtime.work

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
        runtime = Runtime(folder, make_work(isolation), isolation, seed)
        telling = Telling(sink)
        address = runtime.place("r", "lesson") / "socket"
        self._opened = Opened(
            runtime, telling, Topology(telling), Flows(), Children(runtime, telling, address),
            Reports(address, self.hear), learner,
        )  # fmt: skip
        self.tell("lab_started", **{"lesson": folder.name, "seed": seed, **(started or {})})
        for setup in self.setups:
            setup()
        self.every(TICK_SECONDS, self.tick)

    def close(self, reason: str = "closed") -> None:
        """End everything; idempotent."""
        if self._opened is None:
            return
        self.opened.children.close()
        self.opened.reports.close()
        self.tell("lab_stopped", reason=reason)
        remove_work(self.work)
        self._opened = None

    def tick(self) -> None:
        """Send the traffic of the last tick and read every gauge."""
        for (source, target), flow in self.opened.flows.take().items():
            self.edge(source, target)
            self.tell(
                "traffic", source=source, target=target, requests=flow.requests,
                errors=flow.errors, seconds=TICK_SECONDS, ms=flow.mean_ms,
            )  # fmt: skip
        values = {name: self._read(name, gauge) for name, gauge in list(self.gauges.items())}
        self.tell("gauges", values=values)

    def play(self, *acts: Callable[..., Any]) -> None:
        """Run alone: start, do these in turn, print what happens, stop."""
        from lab.alone import play

        play(self, acts)

    def _read(self, name: str, gauge: Callable[[], float | None]) -> float | None:
        try:
            value = gauge()
        except Exception as error:  # noqa: BLE001  lesson code: becomes an event, once
            if name not in self._complained:
                self._complained.add(name)
                self.note(f"gauge {name}: {type(error).__name__}: {error}", tone="bad")
            return None
        return None if value is None else round(float(value), 4)
