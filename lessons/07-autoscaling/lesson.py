"""Lesson 7 in Python: a Deployment and its autoscaler. Runs alone: `python lesson.py`."""

import functools
from collections.abc import Callable
from typing import Any

from cluster import Cluster, Slice, lost, sent
from hpa import Controller, Spec
from pacing import History, Step, pace
from pods import SLICE_SECONDS, RunningPod
from system import CALM, FORGOTTEN, System

from lab import Lab, Observed

lab = Lab()
system: System


@lab.setup
def start() -> None:
    """Two pods behind a Service, their autoscaler, and thirty requests a minute."""
    global system  # noqa: PLW0603  the lab has one
    lab.node("clients", "client", 0).up()
    lab.node("service", "balancer", 1).up(detail="a list of pods that are ready")
    lab.node("hpa", "master", 3, "HorizontalPodAutoscaler").up()
    lab.edge("clients", "service")
    lab.source_of("service", Cluster.endpoints)
    lab.source_of("hpa", Controller.reconcile)
    for number in range(1, 8):
        lab.source_of(f"pod-{number}", RunningPod)
    system = System(lab)
    lab.every(0.01, system.keep_pace)


@lab.trigger
def load_up(by: int = 60) -> dict[str, Any]:
    """More requests a minute from now on."""
    return system.with_load(system.cluster.load + by)


@lab.trigger
def load_down(by: int = 60) -> dict[str, Any]:
    """Fewer requests a minute from now on."""
    return system.with_load(max(0, system.cluster.load - by))


@lab.trigger
def surge(per_minute: int = 240) -> dict[str, Any]:
    """Eight times the usual load at once; again to end it."""
    return system.with_load(CALM if system.cluster.load == per_minute else per_minute)


@lab.trigger
def forget_request() -> dict[str, Any]:
    """Apply the manifest without a CPU request (again: with it). The pods are replaced."""
    forgets = "requests" not in system.changes
    none: dict[str, str | None] = dict.fromkeys(FORGOTTEN)
    workload = system.apply(**(FORGOTTEN if forgets else none))
    return {"cpu request": workload.request, "rollout": "under way", **system.status()}


@lab.trigger
def slow_start(seconds: int = 120) -> dict[str, Any]:
    """Pods that load for so long before they can serve (again: 20 s). The pods are replaced."""
    changes = None if "boot" in system.changes else f'value: "{seconds}"'
    workload = system.apply(boot=changes)
    return {"boot seconds": workload.boot_seconds, **system.status()}


@lab.trigger
def rollout(readiness: bool = True) -> dict[str, Any]:
    """A new version of the pods, with a readinessProbe or without; tells what was lost."""
    system.version += 1
    with system.cluster.lock:
        system.apply(
            image=f"image: python:3.13-slim-{system.version}", probe=None if readiness else ""
        )
        slices = system.until_settled()
    lab.note(f"{system.cluster.clock} rollout done: {lost(slices)} of {sent(slices)} requests lost")
    return {"lost": lost(slices), "of": sent(slices), "seconds": SLICE_SECONDS * len(slices)}


@lab.trigger
def kill_pod() -> dict[str, Any]:
    """SIGKILL the oldest pod; the Deployment replaces it."""
    with system.cluster.lock:
        pod = min(system.cluster.pods, key=lambda one: one.born)
        pid = pod.process.pid
        pod.process.kill()
    return {"pod": pod.name, "pid": pid}


@lab.trigger
def pass_time(minutes: int = 5) -> dict[str, Any]:
    """Let some minutes pass at once."""
    system.cluster.advance(60 * minutes)
    return system.status()


@lab.trigger
def describe() -> dict[str, Any]:
    """What `kubectl get hpa` and `kubectl describe hpa` show."""
    return system.described()


@lab.gauge
def requests() -> float | None:
    """Requests that came in the last minute (of virtual time)."""
    return sent(list(system.cluster.recent)) if system.cluster.recent else None


@lab.gauge
def refused() -> float | None:
    """Percent of the last minute's requests that got no answer."""
    recent = list(system.cluster.recent)
    return 100 * lost(recent) / sent(recent) if sent(recent) else None


@lab.gauge
def utilization() -> float | None:
    """CPU in percent of what the pods request, as the autoscaler saw it last."""
    return system.cluster.decision.utilization if system.cluster.decision else None


@lab.gauge
def wanted() -> float | None:
    """Replicas that the autoscaler asks for."""
    return system.cluster.replicas


@lab.gauge
def ready() -> float | None:
    """Pods that get requests."""
    return len(system.cluster.endpoints())


def undisturbed(experiment: Callable[[], Observed]) -> Callable[[], Observed]:
    """Virtual time passes only where the experiment lets it."""

    @functools.wraps(experiment)
    def alone() -> Observed:
        with system.cluster.lock:
            return experiment()

    return alone


@lab.experiment
def formula() -> Observed:
    """Ask the controller's arithmetic: four pods at 80 % of their request, target 50 %."""
    got = system.replicas_for(4, 80, 50)
    choice = {5: "five", 7: "seven", 8: "eight"}.get(got, "other")
    return lab.observed(
        choice, four_at_80_of_50=got, one_at_305_of_50=system.replicas_for(1, 305, 50),
        fifty_at_90_of_75=system.replicas_for(50, 90, 75),
    )  # fmt: skip


@lab.experiment
def tolerance() -> Observed:
    """Four pods, target 50 %: once at 54 %, once at 56 %."""
    low, high = system.replicas_for(4, 54, 50), system.replicas_for(4, 56, 50)
    names = {(4, 5): "second_only", (5, 5): "both", (4, 4): "neither"}
    return lab.observed(names.get((low, high), "other"), pods_at_54=low, pods_at_56=high)


@lab.experiment
def one_step() -> Observed:
    """The metrics ask for thirty pods at once; see what the controller sets, look by look."""
    history, current = History(), 2
    steps: list[int] = []
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
    system.fresh(**FORGOTTEN)
    before = system.cluster.replicas
    system.cluster.load = 240
    system.cluster.advance(180)
    shown, why = (
        system.cluster.shown(),
        system.cluster.decision.why if system.cluster.decision else "",
    )
    grew = system.cluster.replicas > before
    choice = "grows" if grew else "no_action" if "unknown" in shown else "other"
    facts = {"targets": shown, "replicas": system.cluster.replicas, "why": why}
    system.fresh()
    return lab.observed(choice, **facts)


@lab.experiment
@undisturbed
def up_and_down() -> Observed:
    """Load up for two minutes, then down again: when does the number of pods follow?"""
    system.fresh()
    system.cluster.load = lab.random.randrange(84, 121, 12)
    up = first(system.cluster.advance(120), lambda one: one.pods > 2)
    most = max(one.pods for one in system.cluster.slices)
    system.cluster.load = CALM
    down = first(system.cluster.advance(420), lambda one: one.pods < most)
    names = {(True, True): "fast_slow", (True, False): "both_fast", (False, True): "both_slow"}
    choice = names.get((0 <= up <= 60, down >= 240), "other") if down > 0 else "never_down"
    system.fresh()
    return lab.observed(choice, seconds_until_more=up, pods=most, seconds_until_fewer=down)


@lab.experiment
@undisturbed
def late() -> Observed:
    """A surge, once with pods that start in 20 s, once with pods that need two minutes."""
    quick_for, quick_lost = system.surged(20)
    slow_for, slow_lost = system.surged(120)
    system.fresh()
    choice = "never" if not slow_lost else "start" if slow_for >= 120 else "a_look"
    return lab.observed(
        choice, refused_for_seconds={"20 s": quick_for, "120 s": slow_for},
        refused={"20 s": quick_lost, "120 s": slow_lost},
    )  # fmt: skip


@lab.experiment
@undisturbed
def clamp() -> Observed:
    """Far more load than five pods are for."""
    system.fresh()
    system.cluster.load = 420
    slices = system.cluster.advance(180)
    asked = system.cluster.decision.asked if system.cluster.decision else 0
    conditions = system.cluster.decision.conditions if system.cluster.decision else {}
    still = lost(slices[-12:])
    choice = "exceeds" if system.cluster.replicas > 5 else "refuses" if still else "copes"
    facts = {
        "asked": asked,
        "replicas": system.cluster.replicas,
        "refused_in_the_last_minute": still,
    }
    system.fresh()
    return lab.observed(choice, **facts, limited=conditions.get("ScalingLimited", ("", ""))[1])


@lab.experiment
@undisturbed
def readiness() -> Observed:
    """The same rolling update of four pods, with a readinessProbe and without."""
    with_probe, without = system.rolled(), system.rolled(probe="")
    system.fresh()
    names = {(True, True): "none", (True, False): "probe_saves", (False, False): "both_lose"}
    choice = names.get((not with_probe, not without), "other")
    return lab.observed(choice, lost_with_probe=with_probe, lost_without=without)


def first(slices: list[Slice], claim: Any) -> int:
    """Seconds until the claim was true for the first time; -1 when it never was."""
    return next((SLICE_SECONDS * n for n, one in enumerate(slices, 1) if claim(one)), -1)


if __name__ == "__main__":
    lab.play(
        load_up, pass_time, describe, load_down, forget_request, slow_start, rollout, kill_pod,
        surge, formula, tolerance, one_step, no_request, up_and_down, late, clamp, readiness,
    )  # fmt: skip
