"""Pods: real processes with measured CPU, in a cluster whose clock and cores are virtual.

One second here is a minute there, and one virtual core is 12 % of a real one: small enough for a
laptop. Virtual are the clock and the size of a core; real are processes, requests, and the CPU time
that the kernel counted.
"""

import contextlib
from pathlib import Path
from signal import SIGTERM

from counting import LONG_AGO, Pod
from manifests import Workload

from lab import Lab
from lab.http import Reply
from lab.process import Process

SLICE_SECONDS = 5  # the smallest step of virtual time
CORE_MS = 10  # real CPU that one virtual core does in a slice
COST_MS = 1  # real CPU of one request
UNLIMITED = 2_000  # millicores of a pod without a limit: what its machine has left


class RunningPod:
    """A worker process, and what the cluster knows of it."""

    def __init__(self, lab: Lab, name: str, port: int, template: Workload, now: float) -> None:
        self.name = name
        self.template = template
        self.born = now
        self.ready: bool | None = None  # nobody has looked yet
        self.changed = now
        self.failures = 0
        self.probed = LONG_AGO
        self._lab = lab
        self._port = port
        limit = template.limit or UNLIMITED
        self.process: Process = lab.process(
            name,
            ["python", "-I", "-S", "worker.py", str(self._port), str(now),
             str(template.boot_seconds), str(limit / 1000 * CORE_MS), str(COST_MS)],
            role="worker", tier=2, ready=self._port,
        )  # fmt: skip
        self.scraped: tuple[float, float] | None = None  # when, and CPU seconds until then

    @property
    def lives(self) -> bool:
        """Whether its process runs."""
        return self.process.is_running

    def ask(self, path: str, now: float, number: int = 0) -> Reply:
        """One request to the process."""
        headers = {"X-Now": str(now), "X-Slice": str(number)}
        return self._lab.http(self._port, path, headers=headers, timeout=5)

    def probe(self, now: float) -> None:
        """What the kubelet does: ask whether it is ready, as often as the manifest says."""
        how = self.template.probe
        if how is None:
            self._become(self.lives, now)  # it runs, so it counts as ready
            return
        if now - self.born < how.delay or now - self.probed < how.period:
            return
        self.probed = now
        if how.port in self.template.ports and self.ask(how.path, now).status == 200:
            self.failures = 0
            self._become(True, now)
        else:
            self.failures += 1
            if self.ready is None or self.failures >= how.failures:
                self._become(False, now)

    def _become(self, ready: bool, now: float) -> None:
        if ready == self.ready:
            return
        self.ready, self.changed = ready, now
        if self.lives:
            self.process.node.set(
                "up" if ready else "starting", detail="" if ready else "not ready"
            )

    def usage(self, now: float) -> tuple[int, float] | None:
        """Millicores since the last look, and how long that is; None for a first look."""
        cpu = cpu_seconds(self.process.pid)
        if cpu is None:
            reply = self.ask("/cpu", now)
            cpu = float(reply.body) if reply.ok and reply.body else None
        before, self.scraped = self.scraped, None if cpu is None else (now, cpu)
        if before is None or cpu is None or now <= before[0]:
            return None
        seconds = now - before[0]
        virtual = (cpu - before[1]) * 1000 / CORE_MS * SLICE_SECONDS  # core-seconds
        return round(1000 * virtual / seconds), seconds

    def seen(self) -> Pod:
        """As the autoscaler sees it."""
        phase = "Running" if self.lives else "Failed"
        return Pod(
            self.name, self.template.request, phase, self.ready, self.born, self.changed
        )  # fmt: skip

    def end(self) -> None:
        """SIGTERM, as the kubelet sends it; it takes no new requests any more."""
        self.process.retire()
        self.process.kill(SIGTERM)
        if self.process.wait(3) is None:
            self.process.end()
        self.process.node.gone()


def cpu_seconds(pid: int) -> float | None:
    """CPU time of a process as the kernel counts it; None where there is no /proc."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return None
