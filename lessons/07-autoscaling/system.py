"""The lab's cluster, its manifest, and what the learner changed in it."""

import time
from typing import Any

from cluster import Cluster, Slice, lost
from counting import Fleet, Pod, Sample, by_utilization
from manifests import Workload, load
from pods import SLICE_SECONDS

from lab import Lab
from lab.errors import LabError

FASTER = 60  # one second here is a minute there
CALM = 30  # requests a minute: two pods at half of what they request
PLACES = {
    "boot": 'value: "20"',
    "requests": "requests: {cpu: 250m, memory: 64Mi}",
    "limits": "limits: {cpu: 500m, memory: 64Mi}",
    "probe": """          readinessProbe:
            httpGet: {path: /, port: http}
            periodSeconds: 10
""",
    "least": "minReplicas: 2",
    "image": "image: python:3.13-slim",
}
FORGOTTEN = {"requests": "requests: {memory: 64Mi}", "limits": "limits: {memory: 64Mi}"}


class System:
    """A cluster that runs `web.yaml`, with some of its words replaced."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.changes: dict[str, str] = {}
        self.version = 1
        workload = self.manifest()
        self.cluster = Cluster(lab, workload, load=CALM)
        self.cluster.start(workload)
        self._due = time.monotonic()

    def manifest(self) -> Workload:
        """`web.yaml` with the changes in; what Kubernetes would refuse, we refuse."""
        text = (self.lab.folder / "web.yaml").read_text(encoding="utf-8")
        for what, to in self.changes.items():
            words = PLACES[what]
            if words not in text:
                raise LabError(f"web.yaml no longer has the words {words!r}")
            text = text.replace(words, to)
        workload, problems = load(text)
        if workload is None:
            raise LabError("; ".join(str(one) for one in problems))
        return workload

    def apply(self, **changes: str | None) -> Workload:
        """Take up changes (None takes one back) and apply the manifest that results."""
        merged = {**self.changes, **changes}
        self.changes = {what: to for what, to in merged.items() if to is not None}
        workload = self.manifest()
        self.cluster.apply(workload)
        return workload

    def fresh(self, **changes: str) -> None:
        """Two pods at the usual load, from this manifest; what the learner had changed is gone."""
        self.changes = changes
        self.cluster.load = CALM
        self.cluster.start(self.manifest())

    def keep_pace(self) -> None:
        """One slice when it is due; after a pause time goes on, it does not catch up."""
        if time.monotonic() < self._due:
            return
        self.cluster.step()
        self._due = max(self._due + SLICE_SECONDS / FASTER, time.monotonic() - 0.2)
        self._show()

    def _show(self) -> None:
        """What the autoscaler saw last, beside its node."""
        node = self.lab.node("hpa", "master", 3)
        detail = f"{self.cluster.shown()}, {self.cluster.replicas} wanted"
        if node.detail != detail:
            node.up(detail=detail)

    def with_load(self, per_minute: float) -> dict[str, Any]:
        """Change the load and say what there is to serve it."""
        with self.cluster.lock:
            self.cluster.load = per_minute
        return {"requests a minute": per_minute, **self.status()}

    def status(self) -> dict[str, Any]:
        """The autoscaler's row and its reason."""
        cluster = self.cluster
        with cluster.lock:
            decision = cluster.decision
            return {
                "time": cluster.clock,
                "targets": cluster.shown(),
                "replicas": cluster.replicas,
                "ready": sum(pod.ready is True for pod in cluster.pods),
                "why": decision.why if decision else "nobody has looked yet",
            }

    def described(self) -> dict[str, Any]:
        """The same with the autoscaler's conditions."""
        with self.cluster.lock:
            decision = self.cluster.decision
            conditions = decision.conditions if decision else {}
            told = {name: f"{on} {why}".strip() for name, (on, why) in conditions.items()}
            return {**self.status(), **told}

    def surged(self, boot: int) -> tuple[int, int]:
        """A surge on pods that start so slowly: for how long requests are refused, how many."""
        self.fresh(boot=f'value: "{boot}"')
        self.cluster.load = self.lab.random.randrange(210, 241, 10)
        slices = self.cluster.advance(boot + 60)
        refusals = [n for n, one in enumerate(slices, 1) if one.lost]
        return (SLICE_SECONDS * refusals[-1] if refusals else 0), lost(slices)

    def rolled(self, **changes: str) -> int:
        """Requests that a rolling update of four pods loses."""
        self.fresh(least="minReplicas: 4", **changes)
        self.cluster.load = 90
        self.cluster.advance(60)
        self.apply(image="image: python:3.13-slim-next")
        return lost(self.until_settled())

    def until_settled(self) -> list[Slice]:
        """Let time pass until an update is done, and a minute more."""
        slices: list[Slice] = []
        while not self.cluster.is_settled and len(slices) < 120:
            slices.append(self.cluster.step())
        return [*slices, *self.cluster.advance(60)]

    def replicas_for(self, pods: int, percent: int, target: int) -> int:
        """What the controller makes of so many pods, all at `percent` of their request."""
        request = self.lab.random.choice([100, 200, 500])
        fleet = Fleet(tuple(Pod(f"pod-{n}", request) for n in range(pods)), pods)
        samples = {pod.name: Sample(request * percent // 100) for pod in fleet.pods}
        return by_utilization(fleet, samples, target).replicas
