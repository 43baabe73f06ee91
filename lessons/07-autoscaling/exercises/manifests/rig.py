"""A cluster of real processes on virtual time, brought up from the learner's file."""

from dataclasses import replace

from cluster import Cluster, lost, sent
from manifests import Workload, load

from lab import Lab
from lab.errors import SubmissionFault

lab = Lab()
FILE = "web.yaml"
clusters: list[Cluster] = []


@lab.setup
def start() -> None:
    """Nothing runs until a test asks."""
    lab.node("clients", "client", 0).up()
    lab.node("service", "balancer", 1).up()
    lab.node("hpa", "master", 3).up()


def accepted(text: str) -> Workload:
    """The learner's workload; one that is refused cannot be played."""
    workload, problems = load(text)
    if workload is None:
        ours = next((one for one in problems if one.is_ours), None)
        told = ours or f"the API server refuses {FILE}: {problems[0]}"
        raise SubmissionFault(str(told))
    return workload


def started(quiet: int) -> Cluster:
    """A fresh cluster at a quiet load."""
    workload = accepted(lab.submitted(FILE))
    if not clusters:
        clusters.append(Cluster(lab, workload))
    clusters[0].load = quiet
    clusters[0].start(workload)
    return clusters[0]


@lab.trigger
def validate() -> dict:
    """What an API server would say to the file, and what this lab does not know of it."""
    problems = load(lab.submitted(FILE))[1]
    return {
        "refused": [str(one) for one in problems if not one.is_ours],
        "unknown": [str(one) for one in problems if one.is_ours],
    }


@lab.trigger
def promises() -> dict:
    """What the file asks for."""
    workload = accepted(lab.submitted(FILE))
    spec = workload.autoscaler
    metric = spec.metrics[0] if spec else None
    return {
        "name": workload.name,
        "containers": list(workload.containers),
        "request": workload.request,
        "requests": workload.requests,
        "limit": workload.limit,
        "pods": [spec.least, spec.most] if spec else None,
        "metrics": len(spec.metrics) if spec else 0,
        "target": [metric.name, metric.target_kind, metric.target] if metric else None,
        "has_service": bool(workload.endpoints)
        and workload.endpoints.items() <= workload.labels.items(),
        "boot_seconds": workload.boot_seconds,
        "scaled": workload.target,
    }


@lab.trigger
def glance(quiet: int, busy: int) -> dict:
    """What the autoscaler shows in a quiet minute, and in the second of two busy ones."""
    cluster = started(quiet)
    cluster.advance(60)
    first = cluster.shown()
    cluster.load = busy
    cluster.advance(120)
    why = cluster.decision.why if cluster.decision else "there is no autoscaler"
    result = {"targets": [first, cluster.shown()], "why": why}
    cluster.end()
    return result


@lab.trigger
def day(quiet: int, busy: int) -> dict:
    """Two quiet minutes, four busy ones, seven quiet ones."""
    cluster = started(quiet)
    before = cluster.advance(120)
    first = cluster.shown()
    cluster.load = busy
    peak = cluster.advance(240)
    shown, why = cluster.shown(), cluster.decision.why if cluster.decision else "no autoscaler"
    cluster.load = quiet
    after = cluster.advance(420)
    result = {
        "quiet_pods": before[-1].ready,
        "busy_pods": peak[-1].ready,
        "pods_afterwards": after[-1].ready,
        "targets": [first, shown],
        "why": why,
        "lost": lost([*before, *peak, *after]),
        "sent": sent([*before, *peak, *after]),
    }
    cluster.end()
    return result


@lab.trigger
def update(load_per_minute: int) -> dict:
    """A new version of four pods, under load."""
    cluster = started(load_per_minute)
    cluster.advance(120)
    cluster.apply(
        replace(cluster.workload, revision=f"{cluster.workload.revision} and a new image")
    )
    slices = [cluster.step()]
    while not cluster.is_settled and len(slices) < 60:
        slices.append(cluster.step())
    result = {
        "lost": lost(slices), "sent": sent(slices), "finished": cluster.is_settled,
        "pods": len(cluster.pods),
    }  # fmt: skip
    cluster.end()
    return result
