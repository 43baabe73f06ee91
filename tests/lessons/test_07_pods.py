"""Lesson 07's pods and cluster: real processes, measured CPU, virtual time."""

from collections.abc import Iterator

import pytest

from lab import Lab
from tests.lessons.running_autoscaler import LESSON, Cluster, Worker, cpu_seconds, load, lost, sent

YAML = (LESSON / "web.yaml").read_text()


def test_a_worker_starts_up_serves_and_keeps_to_its_limit():
    worker = Worker(born=0, boot_seconds=20, quota_ms=3, cost_ms=1)
    assert worker.answer("/work", 10, 1) == (503, "starting up")
    assert [worker.answer("/work", 20, 2)[0] for _ in range(4)] == [200, 200, 200, 503]
    assert worker.answer("/work", 25, 3)[0] == 200
    assert worker.answer("/", 25, 3)[0] == 200
    assert worker.answer("/elsewhere", 25, 3)[0] == 404


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Two pods of the lab's manifest, at half of what they request."""
    lab = Lab()
    lab.open(lambda event: None, LESSON)
    workload, _ = load(YAML)
    assert workload is not None
    running = Cluster(lab, workload)
    try:
        running.start(workload)
        yield running
    finally:
        lab.close()


def test_measured_cpu_is_what_the_requests_burned(cluster):
    if cpu_seconds(cluster.pods[0].process.pid) is None:
        pytest.skip("there is no /proc here")
    cluster.load = 60  # of 500m in all: 100 %
    cluster.advance(15)
    burned = [cpu_seconds(pod.process.pid) for pod in cluster.pods]
    slices = cluster.advance(60)
    more = sum(
        cpu_seconds(pod.process.pid) - before
        for pod, before in zip(cluster.pods, burned, strict=False)
    )
    served = sent(slices) - lost(slices)
    assert served == 60
    assert more <= 1.5 * served / 1000  # some may have gone to pods that came later


def test_load_brings_pods_and_a_dead_one_is_replaced(cluster):
    cluster.load = 120
    cluster.advance(120)
    assert cluster.replicas == 5
    victim = cluster.pods[0]
    victim.process.kill()
    cluster.advance(60)
    assert len(cluster.pods) == 5
    assert victim not in cluster.pods
    assert all(pod.ready for pod in cluster.pods)


def test_a_pod_whose_probe_asks_elsewhere_never_gets_a_request(cluster):
    workload, _ = load(YAML.replace("path: /, port: http", "path: /, port: 81"))
    assert workload is not None
    cluster.start(workload)
    assert lost(cluster.advance(60)) == 30
    assert cluster.endpoints() == []


def test_an_update_never_goes_below_what_the_manifest_allows(cluster):
    cluster.load = 60
    cluster.replicas = 4
    workload, _ = load(YAML.replace("minReplicas: 2", "minReplicas: 4"))
    assert workload is not None
    cluster.start(workload)
    new, _ = load(YAML.replace("minReplicas: 2", "minReplicas: 4").replace("slim", "slim-2"))
    assert new is not None
    cluster.apply(new)
    slices = cluster.advance(180)
    assert cluster.is_settled
    assert min(one.ready for one in slices) >= 3
    assert max(one.pods for one in slices) <= 5
    assert lost(slices) == 0
