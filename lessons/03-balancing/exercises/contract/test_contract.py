from itertools import combinations

import pytest

WANTED = {"a": 3, "b": 1, "c": 1, "d": 0}


@pytest.mark.hint("Give a `weight=3`. Then give both processes one account: a `zone`.")
@pytest.mark.points(3)
def test_shares(rig, rng):
    """Of any five requests in a row three go to a, one to b, one to c, for both processes."""
    count = 5 * rng.randint(5, 7)
    for turns in ([n % 2 for n in range(count)], rng.choices([0, 1], k=count)):
        asked = rig.fire("shares", turns=turns)
        assert len(asked) == count, f"{count} requests came, and backends saw {len(asked)}"
        for n in range(count - 4):
            got = {name: asked[n : n + 5].count(name) for name in WANTED}
            assert got == WANTED, f"five requests in a row, taken by two processes, went to {got}"


@pytest.mark.hint("`backup` on the line of d.")
@pytest.mark.points(2)
def test_the_spare_waits(rig):
    """d gets nothing while any of the others can answer, even a single one."""
    for victims in ([], *combinations("abc", 2)):
        seen = rig.fire("outage", victims=list(victims), how="killed", requests=10)
        spared = f"with {' and '.join(victims) or 'nobody'} dead"
        assert seen["done"]["d"] == 0, f"{spared}, d got {seen['done']['d']} of 10 requests"
        assert sum(seen["done"].values()) == 10, f"{spared}, not every request was served"


@pytest.mark.hint("d must be in the block, and every failure must lead to the next server.")
@pytest.mark.points(2)
def test_the_spare_takes_over(rig, rng):
    """When none of a, b and c can answer, d serves everything and no GET fails."""
    for how in ("killed", rng.choice(["unwell", "hangs up"])):
        seen = rig.fire("outage", victims=["a", "b", "c"], how=how, requests=12)
        assert seen["statuses"] == [200] * 12, f"{how}; the clients saw {told(seen['statuses'])}"
        assert seen["done"]["d"] == 12, f"a, b, c: {how}; d served {seen['done']['d']} of 12"


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
    """After two failures of whatever kind a backend is asked no more, by neither process."""
    victim = rng.choice("abc")
    for how in ("hangs up", "unwell"):
        seen = rig.fire("left_alone", victim=victim, how=how, requests=20, patience=0)
        assert seen["asked"] == 2, f"{victim} {how}, and was asked {seen['asked']} times"


@pytest.mark.hint("nginx counts whole seconds: with `fail_timeout=3s` it is between 3 and 4.")
@pytest.mark.points(2)
@pytest.mark.parametrize("victim", ["a", "b", "c"])
def test_after_three_seconds_it_is_asked_again(rig, victim):
    """For three seconds a failing backend, whichever it is, is left alone, and then no longer."""
    seen = rig.fire("left_alone", victim=victim, how="hangs up", requests=20, patience=7)
    again = seen["again_after"]
    assert seen["asked"] == 2, f"{victim} hung up, and was asked {seen['asked']} times"
    assert again is not None, f"{victim} was not asked again within 7 s"
    assert again > 2.95, f"{victim} was asked again after {again} s, and not left alone for 3"
    assert again < 4.15, f"{victim} was left alone for {again} s, and not for three"


@pytest.mark.hint("`proxy_read_timeout` and `proxy_connect_timeout` are 60 seconds unless you say.")
@pytest.mark.points(2)
@pytest.mark.parametrize("how", ["frozen", "full"])
def test_nobody_waits_for_a_frozen_backend(rig, rng, how):
    """A frozen backend, or one that nobody can connect to, holds no client much longer than 1 s."""
    victim = rng.choice("abc")
    seen = rig.fire("outage", victims=[victim], how=how, requests=12)
    longest, second = seen["longest"]
    assert longest < 2.6, f"{victim} did not answer, and a client waited {longest} s"
    assert second < 1.75, f"{victim} did not answer, and two clients waited {second} s and more"
    assert seen["statuses"] == [200] * 12, f"the clients saw {told(seen['statuses'])}"


@pytest.mark.hint("A POST is not repeated unless `non_idempotent` says so; leave that out.")
@pytest.mark.points(3)
@pytest.mark.parametrize("how", ["hangs up", "unwell"])
def test_an_order_is_placed_once(rig, rng, how):
    """A POST that a backend has received and then failed is not sent to another."""
    seen = rig.fire("order_under_way", victim=rng.choice("abc"), how=how)
    assert seen["failed"], "the backend that fails got no order at all"
    assert seen["orders"] == seen["sent"], (
        f"{seen['sent']} orders were sent and backends got {seen['orders']}"
    )


@pytest.mark.hint("A backend that is too slow has the order all the same.")
@pytest.mark.points(2)
def test_an_order_that_waits_is_placed_once(rig, rng):
    """A POST that a backend has received and does not answer is not sent to another."""
    seen = rig.fire("outage", victims=[rng.choice("abc")], how="frozen", requests=8, method="POST")
    assert seen["seen"] == 8, f"eight orders were sent and backends got {seen['seen']}"


@pytest.mark.hint("`proxy_next_upstream error` covers a refused connection, for a POST as well.")
@pytest.mark.points(2)
def test_a_refused_order_finds_another_backend(rig, rng):
    """A POST whose backend refuses the connection is served by another one."""
    victims = rng.sample("abc", 2)
    seen = rig.fire("outage", victims=victims, how="killed", requests=10, method="POST")
    assert seen["statuses"] == [200] * 10, f"the clients saw {told(seen['statuses'])}"
    assert seen["seen"] == 10, f"ten were sent, {seen['seen']} are placed"


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
