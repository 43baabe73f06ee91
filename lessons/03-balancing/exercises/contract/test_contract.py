import pytest

WANTED = {"a": 3, "b": 1, "c": 1, "d": 0}


@pytest.mark.hint("Give a `weight=3`. Then give both processes one account: a `zone`.")
@pytest.mark.points(3)
def test_shares(rig, rng):
    """Of any five requests in a row three go to a, one to b, one to c, for both processes."""
    rounds = rig.fire("shares", rounds=rng.randint(4, 6))
    for got in rounds:
        assert got == WANTED, f"five requests, taken by two processes in turn, went to {got}"


@pytest.mark.hint("`backup` on the line of d.")
@pytest.mark.points(2)
def test_the_spare_waits(rig, rng):
    """d gets nothing while any of the others can answer, even a single one."""
    alive = rng.choice("abc")
    dead = [name for name in "abc" if name != alive]
    for victims in ([], dead):
        seen = rig.fire("outage", victims=victims, how="killed", requests=15)
        spared = f"with {' and '.join(victims) or 'nobody'} dead"
        assert seen["done"]["d"] == 0, f"{spared}, d got {seen['done']['d']} of 15 requests"
        assert sum(seen["done"].values()) == 15, f"{spared}, not every request was served"


@pytest.mark.hint("d must be in the block, and refusals must lead to the next server.")
@pytest.mark.points(2)
def test_the_spare_takes_over(rig):
    """When a, b and c are dead, d serves everything and no GET fails."""
    seen = rig.fire("outage", victims=["a", "b", "c"], how="killed", requests=12)
    assert seen["statuses"] == [200] * 12, f"the clients saw {told(seen['statuses'])}"
    assert seen["done"]["d"] == 12, f"d served {seen['done']['d']} of 12"


@pytest.mark.hint("`proxy_next_upstream` lists what is a reason to ask another server.")
@pytest.mark.points(3)
def test_no_get_fails(rig, rng):
    """No GET fails when its backend is dead, hangs up, or answers 503."""
    for how in ("killed", "hangs up", "unwell"):
        victims = rng.sample("abc", 2)
        seen = rig.fire("outage", victims=victims, how=how, requests=15)
        words = f"{' and '.join(victims)} {'are' if how != 'hangs up' else 'do this:'} {how}"
        assert seen["statuses"] == [200] * 15, f"{words}; clients saw {told(seen['statuses'])}"
        served = sum(seen["done"].values())
        assert served == 15, f"{words}; of 15 answers {served} came from a backend"


@pytest.mark.hint("`max_fails`, `fail_timeout` and a `zone`: each process counts for itself else.")
@pytest.mark.points(3)
def test_a_failing_backend_is_left_alone(rig, rng):
    """After two failures a backend is left alone for three seconds, then it is asked again."""
    victim = rng.choice("abc")
    seen = rig.fire("left_alone", victim=victim, requests=30, patience=6)
    assert seen["asked"] == 2, f"{victim} hung up each time and was asked {seen['asked']} times"
    assert seen["again_after"] is not None, f"{victim} was not asked again within 6 s"
    assert seen["again_after"] > 2.9, f"{victim} was asked again after {seen['again_after']} s"


@pytest.mark.hint("`proxy_read_timeout` is 60 seconds unless you say otherwise.")
@pytest.mark.points(2)
def test_nobody_waits_for_a_frozen_backend(rig, rng):
    """A frozen backend costs no GET its answer, and no client more than about a second."""
    victim = rng.choice("abc")
    seen = rig.fire("outage", victims=[victim], how="frozen", requests=12)
    assert seen["longest"] < 2.6, f"{victim} was frozen, and a client waited {seen['longest']} s"
    assert seen["statuses"] == [200] * 12, f"the clients saw {told(seen['statuses'])}"


@pytest.mark.hint("`non_idempotent` repeats what may have been done already. Leave it out.")
@pytest.mark.points(2)
def test_an_order_that_was_sent_is_not_repeated(rig, rng):
    """A POST that a backend has got is not sent to another one."""
    victim = rng.choice("abc")
    seen = rig.fire("order_under_way", victim=victim)
    placed = sum(seen["orders"].values())
    assert placed == seen["sent"], (
        f"{victim} wrote its orders down and hung up: {seen['sent']} were sent, {placed} are placed"
    )


@pytest.mark.hint("A refused connection is an `error`: then nothing has been sent yet.")
def test_an_order_that_was_refused_goes_elsewhere(rig, rng):
    """A POST whose backend refuses the connection is served by another one."""
    victims = rng.sample("abc", 2)
    seen = rig.fire("outage", victims=victims, how="killed", requests=10, method="POST")
    assert seen["statuses"] == [200] * 10, f"the clients saw {told(seen['statuses'])}"
    assert seen["orders"] == 10, f"ten were sent, {seen['orders']} are placed"


@pytest.mark.hint("`keepalive` in the block, `proxy_http_version 1.1`, and an empty `Connection`.")
@pytest.mark.points(2)
def test_connections_are_used_again(rig, rng):
    """Three hundred requests by six clients need few connections to the backends."""
    seen = rig.fire("connections", requests=300, clients=rng.randint(4, 6))
    assert seen["well"] == seen["done"] == 300, f"of 300 requests {seen['done']} were served"
    assert seen["connections"] <= 75, f"300 requests took {seen['connections']} connections"


def told(statuses):
    """How often each status came."""
    return ", ".join(
        f"{status or 'no answer'} ×{statuses.count(status)}" for status in set(statuses)
    )
