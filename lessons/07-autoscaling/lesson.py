"""Lesson 7 in Python: a Deployment and its autoscaler. Runs alone: `python lesson.py`."""

import functools
import time
from collections.abc import Callable
from typing import Any

from cluster import Cluster, Slice, lost, sent
from counting import Fleet, Pod, Sample, by_utilization
from hpa import Controller, Spec
from manifests import Workload, load
from pacing import History, Step, pace
from pods import SLICE_SECONDS, RunningPod

from lab import Lab, Observed
from lab.errors import LabError

lab = Lab()
FASTER = 60  # one second here is a minute there
CALM = 30  # requests a minute: two pods at half of what they request
cluster: Cluster


def manifest(**changes: str) -> Workload:
    """`web.yaml` with some of its words replaced; what Kubernetes would refuse, we refuse."""
    text = (lab.folder / "web.yaml").read_text(encoding="utf-8")
    for what, to in changes.items():
        words = PLACES[what]
        if words not in text:
            raise LabError(f"web.yaml no longer has the words {words!r}")
        text = text.replace(words, to)
    workload, problems = load(text)
    if workload is None:
        raise LabError("; ".join(str(one) for one in problems))
    return workload


PLACES = {
    "boot": 'value: "20"',
    "requests": "requests: {cpu: 250m, memory: 64Mi}",
    "limits": "limits: {cpu: 500m, memory: 64Mi}",
    "probe": """          readinessProbe:
            httpGet: {path: /, port: http}
            periodSeconds: 5
""",
    "least": "minReplicas: 2",
    "image": "image: python:3.13-slim",
}
FORGOTTEN = {"requests": "requests: {memory: 64Mi}", "limits": "limits: {memory: 64Mi}"}


class Wishes:
    """What the learner changed in the manifest; all of it is applied together."""

    def __init__(self) -> None:
        self.changes: dict[str, str] = {}
        self.version = 1

    def apply(self, **changes: str | None) -> Workload:
        """Take up changes (None takes one back) and apply the manifest that results."""
        merged = {**self.changes, **changes}
        self.changes = {what: to for what, to in merged.items() if to is not None}
        workload = manifest(**self.changes)
        cluster.apply(workload)
        return workload


wishes: Wishes


@lab.setup
def start() -> None:
    """Two pods behind a Service, their autoscaler, and thirty requests a minute."""
    global cluster, wishes  # noqa: PLW0603  the lab has one of each
    lab.node("clients", "client", 0).up()
    lab.node("service", "balancer", 1).up(detail="a list of pods that are ready")
    lab.node("hpa", "master", 3, "HorizontalPodAutoscaler").up()
    lab.edge("clients", "service")
    lab.source_of("service", Cluster.endpoints)
    lab.source_of("hpa", Controller.reconcile)
    for number in range(1, 8):
        lab.source_of(f"pod-{number}", RunningPod)
    wishes = Wishes()
    cluster = Cluster(lab, manifest(), load=CALM)
    cluster.start(manifest())
    lab.every(0.01, Pacer().keep_pace)


class Pacer:
    """Lets virtual time pass in the background, a minute a second."""

    def __init__(self) -> None:
        self.due = time.monotonic()

    def keep_pace(self) -> None:
        """One slice when it is due; after a pause time goes on, it does not catch up."""
        if time.monotonic() < self.due:
            return
        cluster.step()
        self.due = max(self.due + SLICE_SECONDS / FASTER, time.monotonic() - 0.2)
        show()


def show() -> None:
    """What the autoscaler saw last, beside its node."""
    node = lab.node("hpa", "master", 3)
    detail = f"{cluster.shown()}, {cluster.replicas} wanted"
    if node.detail != detail:
        node.up(detail=detail)


@lab.trigger
def load_up(by: int = 60) -> dict[str, Any]:
    """More requests a minute from now on."""
    return with_load(cluster.load + by)


@lab.trigger
def load_down(by: int = 60) -> dict[str, Any]:
    """Fewer requests a minute from now on."""
    return with_load(max(0, cluster.load - by))


@lab.trigger
def surge(per_minute: int = 240) -> dict[str, Any]:
    """Eight times the usual load at once; again to end it."""
    return with_load(CALM if cluster.load == per_minute else per_minute)


@lab.trigger
def forget_request() -> dict[str, Any]:
    """Apply the manifest without a CPU request (again: with it). The pods are replaced."""
    forgets = "requests" not in wishes.changes
    none = dict.fromkeys(FORGOTTEN)
    workload = wishes.apply(**(FORGOTTEN if forgets else none))
    return {"cpu request": workload.request, "rollout": "under way", **status()}


@lab.trigger
def slow_start(seconds: int = 120) -> dict[str, Any]:
    """Pods that load for so long before they can serve (again: 20 s). The pods are replaced."""
    changes = None if "boot" in wishes.changes else f'value: "{seconds}"'
    workload = wishes.apply(boot=changes)
    return {"boot seconds": workload.boot_seconds, **status()}


@lab.trigger
def rollout(readiness: bool = True) -> dict[str, Any]:
    """A new version of the pods, with a readinessProbe or without; tells what was lost."""
    wishes.version += 1
    with cluster.lock:
        wishes.apply(
            image=f"image: python:3.13-slim-{wishes.version}", probe=None if readiness else ""
        )
        slices = until_settled()
    lab.note(f"{cluster.clock} rollout done: {lost(slices)} of {sent(slices)} requests lost")
    return {"lost": lost(slices), "of": sent(slices), "seconds": SLICE_SECONDS * len(slices)}


@lab.trigger
def kill_pod() -> dict[str, Any]:
    """SIGKILL the oldest pod; the Deployment replaces it."""
    with cluster.lock:
        pod = min(cluster.pods, key=lambda one: one.born)
        pid = pod.process.pid
        pod.process.kill()
    return {"pod": pod.name, "pid": pid}


@lab.trigger
def pass_time(minutes: int = 5) -> dict[str, Any]:
    """Let some minutes pass at once."""
    cluster.advance(60 * minutes)
    return status()


@lab.trigger
def describe() -> dict[str, Any]:
    """What `kubectl get hpa` and `kubectl describe hpa` show."""
    return status()


def with_load(per_minute: float) -> dict[str, Any]:
    """Change the load and say what there is to serve it."""
    cluster.load = per_minute
    return {"requests a minute": per_minute, **status()}


def status() -> dict[str, Any]:
    """The autoscaler's row, its conditions and its reason."""
    with cluster.lock:
        decision = cluster.decision
        conditions = decision.conditions if decision else {}
        return {
            "time": cluster.clock,
            "targets": cluster.shown(),
            "replicas": cluster.replicas,
            "ready": sum(pod.ready is True for pod in cluster.pods),
            "conditions": [f"{name}={on} {why}" for name, (on, why) in conditions.items()],
            "why": decision.why if decision else "nobody has looked yet",
        }


@lab.gauge
def requests() -> float | None:
    """Requests that came in the last minute (of virtual time)."""
    return sent(list(cluster.recent)) if cluster.recent else None


@lab.gauge
def refused() -> float | None:
    """Percent of the last minute's requests that got no answer."""
    recent = list(cluster.recent)
    return 100 * lost(recent) / sent(recent) if sent(recent) else None


@lab.gauge
def utilization() -> float | None:
    """CPU in percent of what the pods request, as the autoscaler saw it last."""
    return cluster.decision.utilization if cluster.decision else None


@lab.gauge
def wanted() -> float | None:
    """Replicas that the autoscaler asks for."""
    return cluster.replicas


@lab.gauge
def ready() -> float | None:
    """Pods that get requests."""
    return len(cluster.endpoints())


def undisturbed(experiment: Callable[[], Observed]) -> Callable[[], Observed]:
    """Virtual time passes only where the experiment lets it."""

    @functools.wraps(experiment)
    def alone() -> Observed:
        with cluster.lock:
            return experiment()

    return alone


@lab.experiment
def formula() -> Observed:
    """Ask the controller's arithmetic: four pods at 80 % of their request, target 50 %."""
    got = replicas_for(4, 80, 50)
    choice = {5: "five", 7: "seven", 8: "eight"}.get(got, "other")
    return lab.observed(
        choice, four_at_80_of_50=got, one_at_305_of_50=replicas_for(1, 305, 50),
        fifty_at_90_of_75=replicas_for(50, 90, 75),
    )  # fmt: skip


@lab.experiment
def tolerance() -> Observed:
    """Four pods, target 50 %: once at 54 %, once at 56 %."""
    low, high = replicas_for(4, 54, 50), replicas_for(4, 56, 50)
    names = {(4, 5): "second_only", (5, 5): "both", (4, 4): "neither"}
    return lab.observed(names.get((low, high), "other"), pods_at_54=low, pods_at_56=high)


@lab.experiment
def one_step() -> Observed:
    """The metrics ask for thirty pods at once; see what the controller sets, look by look."""
    history, current, steps = History(), 2, []
    settings = Controller(Spec(2, 30, ())).settings
    while current < 30 and len(steps) < 10:
        step = Step(15.0 * len(steps), current, 30, 2, 30)
        current = pace(step, None, history, settings).replicas
        steps.append(current)
    names = {30: "all", 4: "doubles", 3: "one"}
    return lab.observed(names.get(steps[0], "other"), replicas_every_15_s=steps)


@lab.experiment
@undisturbed
def no_request() -> Observed:
    """The same pods without a CPU request, and eight times the load for three minutes."""
    fresh(**FORGOTTEN)
    before = cluster.replicas
    cluster.load = 240
    cluster.advance(180)
    shown, why = cluster.shown(), cluster.decision.why if cluster.decision else ""
    grew = cluster.replicas > before
    choice = "grows" if grew else "no_action" if "unknown" in shown else "other"
    facts = {"targets": shown, "replicas": cluster.replicas, "why": why}
    fresh()
    return lab.observed(choice, **facts)


@lab.experiment
@undisturbed
def up_and_down() -> Observed:
    """Load up for two minutes, then down again: when does the number of pods follow?"""
    fresh()
    cluster.load = lab.random.randrange(84, 121, 12)
    up = first(cluster.advance(120), lambda one: one.pods > 2)
    most = max(one.pods for one in cluster.slices)
    cluster.load = CALM
    down = first(cluster.advance(420), lambda one: one.pods < most)
    names = {(True, True): "fast_slow", (True, False): "both_fast", (False, True): "both_slow"}
    choice = names.get((0 <= up <= 60, down >= 240), "other") if down > 0 else "never_down"
    fresh()
    return lab.observed(choice, seconds_until_more=up, pods=most, seconds_until_fewer=down)


@lab.experiment
@undisturbed
def late() -> Observed:
    """A surge, once with pods that start in 20 s, once with pods that need two minutes."""
    quick_for, quick_lost = surged("20")
    slow_for, slow_lost = surged("120")
    fresh()
    choice = "never" if not slow_lost else "start" if slow_for >= 120 else "a_look"
    return lab.observed(
        choice, refused_for_seconds={"20 s": quick_for, "120 s": slow_for},
        refused={"20 s": quick_lost, "120 s": slow_lost},
    )  # fmt: skip


@lab.experiment
@undisturbed
def clamp() -> Observed:
    """Far more load than five pods are for."""
    fresh()
    cluster.load = 420
    slices = cluster.advance(180)
    asked = cluster.decision.asked if cluster.decision else 0
    conditions = cluster.decision.conditions if cluster.decision else {}
    still = lost(slices[-12:])
    choice = "exceeds" if cluster.replicas > 5 else "refuses" if still else "copes"
    facts = {"asked": asked, "replicas": cluster.replicas, "refused_in_the_last_minute": still}
    fresh()
    return lab.observed(choice, **facts, limited=conditions.get("ScalingLimited", ("", ""))[1])


@lab.experiment
@undisturbed
def readiness() -> Observed:
    """The same rolling update of four pods, with a readinessProbe and without."""
    with_probe, without = rolled(), rolled(probe="")
    fresh()
    names = {(True, True): "none", (True, False): "probe_saves", (False, False): "both_lose"}
    choice = names.get((not with_probe, not without), "other")
    return lab.observed(choice, lost_with_probe=with_probe, lost_without=without)


def fresh(**changes: str) -> None:
    """Two pods at the usual load, from this manifest; what the learner had changed is gone."""
    wishes.changes = {}
    cluster.load = CALM
    cluster.start(manifest(**changes))


def replicas_for(pods: int, percent: int, target: int) -> int:
    """What the controller makes of so many pods, all at `percent` of their request."""
    request = lab.random.choice([100, 200, 500])
    fleet = Fleet(tuple(Pod(f"pod-{n}", request) for n in range(pods)), pods)
    samples = {pod.name: Sample(request * percent // 100) for pod in fleet.pods}
    return by_utilization(fleet, samples, target).replicas


def first(slices: list[Slice], claim: Any) -> int:
    """Seconds until the claim was true for the first time; -1 when it never was."""
    return next((SLICE_SECONDS * n for n, one in enumerate(slices, 1) if claim(one)), -1)


def surged(boot: str) -> tuple[int, int]:
    """A surge on pods that start so slowly: for how long requests were refused, and how many."""
    fresh(boot=f'value: "{boot}"')
    cluster.load = lab.random.randrange(210, 241, 10)
    slices = cluster.advance(int(boot) + 60)
    refusals = [n for n, one in enumerate(slices, 1) if one.lost]
    return (SLICE_SECONDS * refusals[-1] if refusals else 0), lost(slices)


def rolled(**changes: str) -> int:
    """Requests that a rolling update of four pods loses."""
    fresh(least="minReplicas: 4", **changes)
    cluster.load = 90
    cluster.advance(60)
    wishes.changes = {"least": "minReplicas: 4", **changes}
    wishes.apply(image="image: python:3.13-slim-next")
    return lost(until_settled())


def until_settled() -> list[Slice]:
    """Let time pass until an update is done, and a minute more."""
    slices = []
    while not cluster.is_settled and len(slices) < 120:
        slices.append(cluster.step())
    return [*slices, *cluster.advance(60)]


if __name__ == "__main__":
    lab.play(
        load_up, pass_time, describe, load_down, forget_request, slow_start, rollout, kill_pod,
        surge, formula, tolerance, one_step, no_request, up_and_down, late, clamp, readiness,
    )  # fmt: skip
