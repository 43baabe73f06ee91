import pytest


def played(rig, rng, what):
    """The same load for every file, and another in every check."""
    return rig.fire(what, quiet=rng.randrange(30, 37, 2), busy=rng.randrange(92, 101, 4))


@pytest.mark.hint(
    "autoscaling/v2 has a list `metrics`, with a resource and a target in each entry."
)
@pytest.mark.points(2)
def test_the_api_server_takes_it(rig):
    """Every field of the file exists in Kubernetes, and no field that is needed is missing."""
    told = rig.fire("validate")
    assert not told["unknown"], told["unknown"][0]
    assert not told["refused"], "refused: " + "; ".join(told["refused"])


@pytest.mark.hint(
    "One container without a CPU request is enough to leave the whole pod without one."
)
@pytest.mark.points(3)
def test_the_autoscaler_knows_the_usage(rig, rng):
    """At a quiet load and at a busy one, the autoscaler has a percentage and no `<unknown>`."""
    seen = played(rig, rng, "glance")
    unknown = [one for one in seen["targets"] if "unknown" in one]
    assert not unknown, f"kubectl get hpa shows {unknown[0]}: {seen['why']}"


@pytest.mark.hint("Compare what the pods request in all with what they use: both are in the task.")
@pytest.mark.points(3)
def test_pods_come_with_load_and_go_without(rig, rng):
    """Two pods when it is quiet, four or five when it is busy, two again seven minutes later."""
    seen = played(rig, rng, "day")
    assert seen["quiet_pods"] == 2, f"at a quiet load {seen['quiet_pods']} pods were ready"
    assert seen["busy_pods"] in (4, 5), (
        f"at the busy load {seen['busy_pods']} pods were ready, at {seen['targets'][1]}: "
        f"{seen['why']}"
    )
    assert seen["pods_afterwards"] == 2, f"{seen['pods_afterwards']} pods were left afterwards"


@pytest.mark.hint("Who decides when a new pod gets requests, and when an old one may go?")
@pytest.mark.points(3)
def test_an_update_loses_nothing(rig, rng):
    """A new version is rolled out under load, ends within five minutes, and loses no request."""
    seen = rig.fire("update", load_per_minute=rng.randrange(66, 79, 6))
    assert seen["finished"], "the update did not end within five minutes: are new pods ever ready?"
    assert seen["lost"] == 0, f"{seen['lost']} of {seen['sent']} requests were lost"


@pytest.mark.hint("Read the list of promises in the task again, number by number.")
def test_the_promises_are_kept(rig):
    """Names, containers, CPU, the time to start, two to five pods and 60 % are as promised."""
    seen = rig.fire("promises")
    assert seen["name"] == "web", f"the Deployment is called {seen['name']}"
    assert sorted(seen["containers"]) == ["logs", "web"], f"containers: {seen['containers']}"
    assert seen["limit"] == 500, f"`web` is limited to {seen['limit']}m, not to 500m"
    requests = seen["requests"]
    assert requests["web"] == 250, f"`web` requests {requests['web']}m, not 250m"
    told = f"`logs` requests {requests['logs']}m of CPU; it needs some, and 50m at most"
    assert 0 < (requests["logs"] or 0) <= 50, told
    assert seen["has_service"], "no Service leads to the pods"
    assert seen["boot_seconds"] == 20, f"BOOT_SECONDS is {seen['boot_seconds']}, not 20"
    assert seen["scaled"] == "Deployment/web", f"the autoscaler names {seen['scaled']}"
    assert seen["pods"] == [2, 5], f"minReplicas and maxReplicas are {seen['pods']}"
    assert seen["target"] == ["cpu", "Utilization", 60], f"the target is {seen['target']}"
