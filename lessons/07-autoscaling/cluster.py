"""A small cluster on virtual time: kubelet, Deployment, Service, metrics and autoscaler.

Each slice of virtual time: pods are probed, requests are sent, and the Deployment is brought nearer
to what its manifest says. Every third slice the CPU is read and the autoscaler looks.
"""

import threading
from collections import deque
from dataclasses import dataclass, field

from counting import Sample
from hpa import SYNC_SECONDS, Controller, Decision, Seen
from manifests import Workload
from pods import SLICE_SECONDS, RunningPod

from lab import Lab

WINDOW_SLICES = 12  # the last virtual minute


@dataclass(frozen=True, slots=True)
class Slice:
    """What happened in one slice of virtual time."""

    at: float
    sent: int
    lost: int
    pods: int
    ready: int


@dataclass(slots=True)
class Cluster:
    """Everything that runs, and the clock it runs by."""

    lab: Lab
    workload: Workload
    now: float = 0.0
    load: float = 30.0  # requests a virtual minute
    replicas: int = 0  # what the Deployment should have; the autoscaler moves it
    pods: list[RunningPod] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)  # of pods by name, used again and again
    decision: Decision | None = None
    slices: list[Slice] = field(default_factory=list)
    recent: deque[Slice] = field(default_factory=lambda: deque(maxlen=WINDOW_SLICES))
    lock: threading.RLock = field(default_factory=threading.RLock)
    controller: Controller | None = None
    owed: float = 0.0  # parts of requests
    is_quiet: bool = False  # while it starts, nothing is told
    turn: int = 0  # whose turn it is to get a request

    # -- what people do

    def start(self, workload: Workload) -> None:
        """End everything and start anew, at midnight, with pods that have long been ready."""
        with self.lock:
            self.end()
            self.workload, self.replicas, self.controller = workload, workload.replicas, None
            self.now, self.owed, self.decision = 0.0, 0.0, None
            self.slices.clear()
            self.recent.clear()
            self.apply(workload)
            if workload.autoscaler is not None:
                self.replicas = max(self.replicas, workload.autoscaler.least)
            self._deploy()
            load, self.load, self.is_quiet = self.load, 0.0, True  # nobody comes before it opens
            self.advance(workload.boot_seconds + 2 * SYNC_SECONDS)
            self.load = load
            self.advance(2 * SYNC_SECONDS)
            self.is_quiet = False
            self.slices.clear()
            self.recent.clear()

    def apply(self, workload: Workload) -> None:
        """What `kubectl apply` does: the cluster is brought to this, step by step."""
        with self.lock:
            self.workload = workload
            spec = workload.autoscaler
            if spec is None:
                self.controller = None
            elif self.controller is None or self.controller.spec != spec:
                history = self.controller.history if self.controller else None
                self.controller = Controller(spec, history=history)

    def advance(self, seconds: float) -> list[Slice]:
        """Let virtual time pass, as fast as the machine can."""
        with self.lock:
            return [self.step() for _ in range(max(1, round(seconds / SLICE_SECONDS)))]

    def end(self) -> None:
        """Stop every pod."""
        with self.lock:
            for pod in self.pods:
                pod.end()
            self.pods.clear()

    # -- one slice

    def step(self) -> Slice:
        """One slice of virtual time."""
        with self.lock:
            self.now += SLICE_SECONDS
            self._bury()
            for pod in self.pods:
                pod.probe(self.now)
            sent, lost = self._serve()
            if self.now % SYNC_SECONDS == 0:
                self._autoscale()
            self._deploy()
            ready = sum(pod.ready is True for pod in self.pods)
            done = Slice(self.now, sent, lost, len(self.pods), ready)
            self.slices.append(done)
            self.recent.append(done)
            return done

    def _bury(self) -> None:
        """Pods that died are gone; the Deployment will replace them."""
        for pod in [one for one in self.pods if not one.lives]:
            self.lab.note(f"{self.clock} {pod.name} is dead", "bad", pod.name)
            pod.end()
            self.pods.remove(pod)

    def _serve(self) -> tuple[int, int]:
        """Send the requests of this slice in turn to the pods that are ready."""
        self.owed += self.load * SLICE_SECONDS / 60
        count, lost = int(self.owed), 0
        self.owed -= count
        targets = self.endpoints()
        for _ in range(count):
            failure = self._send(targets)
            if (
                failure and not lost and not self.is_quiet
            ):  # one of them is told, the others are like it
                self.lab.request("lost", failure, why=str(failure[-1][-1]), ok=False)
            lost += bool(failure)
        return count, lost

    def endpoints(self) -> list[RunningPod]:
        """The pods that the Service sends requests to: its labels, and ready."""
        wanted = self.workload.endpoints
        if not wanted:
            return []
        return [
            pod for pod in self.pods
            if pod.ready and wanted.items() <= pod.template.labels.items()
        ]  # fmt: skip

    def _send(self, targets: list[RunningPod]) -> list[tuple[str, float, str]]:
        """Send one request; the way it took when it failed, else nothing."""
        came = ("clients", 0.0, "")
        if not targets:
            self.lab.flow("clients", "service", ok=False)
            return [came, ("service", 0.0, "no pod is ready")]
        self.turn += 1
        pod = targets[self.turn % len(targets)]
        reply = pod.ask("/work", self.now, round(self.now / SLICE_SECONDS))
        self.lab.flow("clients", "service", ms=reply.ms, ok=reply.ok)
        self.lab.flow("service", pod.name, ms=reply.ms, ok=reply.ok)
        if reply.ok:
            return []
        words = f"{pod.name} is {reply.body.decode(errors='replace') or 'gone'}"
        return [came, ("service", 0.0, ""), (pod.name, reply.ms, words)]

    # -- the Deployment

    def _deploy(self) -> None:
        """Bring the pods nearer to what the Deployment says; an update goes step by step."""
        fresh = [pod for pod in self.pods if pod.template.revision == self.workload.revision]
        old = [pod for pod in self.pods if pod not in fresh]
        more, fewer = self.workload.rolling(self.replicas) if old else (0, 0)
        room = self.replicas + more - len(self.pods)
        self._create(min(room, self.replicas - len(fresh)))
        if old:
            self._retire_old(old, fewer)
        elif len(fresh) > self.replicas:
            by_use = sorted(fresh, key=lambda pod: (bool(pod.ready), -pod.born))
            self._delete(by_use[: len(fresh) - self.replicas])

    def _retire_old(self, old: list[RunningPod], fewer: int) -> None:
        """Old pods go as far as enough others are ready (or are believed to be)."""
        useless = [pod for pod in old if not pod.ready]
        serving = [pod for pod in old if pod.ready]
        ready = sum(pod.ready is True for pod in self.pods)
        spare = max(0, ready - (self.replicas - fewer))
        self._delete([*useless, *serving[:spare]])

    def _create(self, count: int) -> None:
        taken = {pod.name for pod in self.pods}
        free = (name for n in range(1, 100) if (name := f"pod-{n}") not in taken)
        with self.lab.together():
            for _ in range(max(0, count)):
                name = next(free)
                if name not in self.ports:
                    self.ports[name] = self.lab.free_port()
                pod = RunningPod(self.lab, name, self.ports[name], self.workload, self.now)
                self.pods.append(pod)
        for pod in self.pods[len(self.pods) - max(0, count) :]:
            self.lab.edge("service", pod.name)
            self.lab.edge(pod.name, "hpa")
            pod.usage(self.now)  # what starting Python took is nobody's load
            pod.process.node.set("starting", detail="not ready")

    def _delete(self, pods: list[RunningPod]) -> None:
        for pod in pods:
            self.pods.remove(pod)
            pod.end()

    # -- the autoscaler

    def _autoscale(self) -> None:
        """Read the CPU of every pod, let the controller look, and do what it says."""
        usage = {pod.name: pod.usage(self.now) for pod in self.pods}
        for pod in self.pods:
            self.lab.flow(pod.name, "hpa")
        if self.controller is None:
            return
        samples = {
            name: Sample(one[0], self.now, SYNC_SECONDS)
            for name, one in usage.items() if one is not None and one[1] >= SYNC_SECONDS
        }  # fmt: skip
        exists = self.workload.target == f"Deployment/{self.workload.name}"
        seen = Seen(
            self.now, self.replicas if exists else None,
            tuple(pod.seen() for pod in self.pods), {"cpu": samples},
        )  # fmt: skip
        before, self.decision = self.decision, self.controller.reconcile(seen)
        self._tell(before, self.decision)
        if self.decision.replicas is not None:
            self.replicas = self.decision.replicas

    def _tell(self, before: Decision | None, now: Decision) -> None:
        if self.is_quiet:
            return
        if now.replicas is not None and now.replicas != self.replicas:
            tone = "good" if now.replicas > self.replicas else "info"
            words = f"{self.clock} {self.shown(now)}: {self.replicas} to {now.replicas} pods"
            self.lab.note(f"{words} ({now.why})", tone, "hpa")
        elif now.utilization is None and (before is None or before.why != now.why):
            self.lab.note(f"{self.clock} {self.shown(now)}: {now.why}", "bad", "hpa")

    def shown(self, decision: Decision | None = None) -> str:
        """The TARGETS column of `kubectl get hpa`."""
        decision = decision or self.decision
        spec = self.workload.autoscaler
        target = spec.metrics[0].target if spec else 0
        known = decision is not None and decision.utilization is not None
        return f"{f'{decision.utilization}%' if decision and known else '<unknown>'}/{target}%"

    @property
    def clock(self) -> str:
        """Virtual time, as minutes and seconds."""
        return f"{int(self.now // 60):02}:{int(self.now % 60):02}"

    @property
    def is_settled(self) -> bool:
        """Whether an update is done: only pods of the current revision, all of them ready."""
        fresh = [pod for pod in self.pods if pod.template.revision == self.workload.revision]
        return len(fresh) == len(self.pods) == self.replicas and all(pod.ready for pod in fresh)


def lost(slices: list[Slice]) -> int:
    """Requests that were not answered."""
    return sum(one.lost for one in slices)


def sent(slices: list[Slice]) -> int:
    """Requests that came."""
    return sum(one.sent for one in slices)
