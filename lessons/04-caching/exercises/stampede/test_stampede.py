"""What three processes and one Redis must do about a crowd, counted at the origin."""

import pytest

CROWD = 15


@pytest.fixture
def key(rng):
    return "".join(rng.choices("abcdefghij", k=8))


@pytest.fixture(autouse=True)
def working_system(rig, rng):
    rig.fire("fresh", mark=str(rng.randint(10**6, 10**7)))


def all_answered(seen, when):
    assert seen["right"] == seen["asked"], (
        f"{when}: of {seen['asked']} visitors, {seen['right']} got the product"
        f" and {seen['unanswered']} got no answer at all"
    )


@pytest.mark.hint("The program that you were given passes this one: does yours still start?")
@pytest.mark.points(1)
def test_everybody_gets_the_product(rig, key):
    """A crowd comes to three processes with an empty cache, and everybody gets the product."""
    all_answered(rig.fire("crowd", keys=[key], each=CROWD), "with an empty cache")


@pytest.mark.hint("A lock in Redis: SET with NX says who comes first. What do the others do?")
@pytest.mark.points(4)
def test_one_rebuild_for_a_crowd(rig, key):
    """However many miss at once, in whichever process, the origin is asked once."""
    seen = rig.fire("crowd", keys=[key], each=CROWD)
    calls = seen["calls"].get(key, 0)
    all_answered(seen, "with an empty cache")
    assert calls == 1, f"{CROWD} visitors missed at once, and the origin was asked {calls} times"


@pytest.mark.hint("Whoever asked the origin leaves the copy for everybody, with an expiry.")
@pytest.mark.points(1)
def test_copy_is_left_for_the_next_visitors(rig, key):
    """After the rebuild a copy lies under product:KEY, ends after the TTL, and is used."""
    rig.fire("crowd", keys=[key], each=3)
    left = rig.fire("lifetime", key=key)
    assert left != -2, "there is no copy under product:KEY"
    assert 15 < left <= 30, f"the copy should live for 30 s, and has {left} s left"
    seen = rig.fire("crowd", keys=[key], each=CROWD)
    all_answered(seen, "with a copy in Redis")
    calls = seen["calls"].get(key, 0)
    assert calls == 1, f"a copy was there, and the origin was asked {calls - 1} more times"


@pytest.mark.hint("Who waits for whom? Put the product's key into the lock's name.")
@pytest.mark.points(2)
def test_products_do_not_wait_for_each_other(rig, key, rng):
    """Four products are rebuilt side by side, not one after the other."""
    rig.fire("fresh", mark=str(rng.random()), delay=1.0)
    keys = [f"{key}{n}" for n in range(4)]
    seen = rig.fire("crowd", keys=keys, each=3)
    all_answered(seen, "four products at once")
    assert all(seen["calls"].get(one) == 1 for one in keys), "some product was read twice"
    assert seen["seconds"] < 2.8, (
        f"four products that take 1 s each took {seen['seconds']:.1f} s together"
    )


@pytest.mark.hint("How long does your lock live, compared with the slowest rebuild?")
@pytest.mark.points(2)
def test_slow_origin_is_asked_once(rig, key, rng):
    """The origin takes almost two seconds: still one read, and everybody waits for it."""
    rig.fire("fresh", mark=str(rng.random()), delay=1.8)
    seen = rig.fire("crowd", keys=[key], each=CROWD)
    all_answered(seen, "with a slow origin")
    calls = seen["calls"].get(key, 0)
    assert calls == 1, f"the origin took 1.8 s, and was asked {calls} times"


@pytest.mark.hint("Remove the lock as soon as the copy is there.")
@pytest.mark.points(2)
def test_next_expiry_is_rebuilt_at_once(rig, key):
    """When the copy ends again soon, one more read is enough, and nobody waits longer for it."""
    rig.fire("crowd", keys=[key], each=3)
    assert rig.fire("forget", key=key), "there is no copy under product:KEY"
    seen = rig.fire("crowd", keys=[key], each=CROWD)
    all_answered(seen, "after the second expiry")
    calls = seen["calls"].get(key, 0)
    assert calls == 2, f"two expiries cost {calls} reads"
    assert seen["seconds"] < 1.8, (
        f"a rebuild takes 0.3 s; after the second expiry visitors waited {seen['seconds']:.1f} s"
    )


@pytest.mark.hint("Nobody removes a dead process's lock. It has to end by itself: PX.")
@pytest.mark.points(3)
def test_dead_process_does_not_keep_the_others_waiting(rig, key, rng):
    """A process is killed while it asks the origin: within five seconds another one asks."""
    rig.fire("fresh", mark=str(rng.random()), delay=0.5)
    assert rig.fire("holder_dies", key=key), "the first process never asked the origin"
    seen = rig.fire("crowd", keys=[key], each=CROWD, first=1)
    all_answered(seen, "after a process died in the middle of its rebuild")
    assert seen["seconds"] < 6, f"the others waited {seen['seconds']:.1f} s for a dead process"
    calls = seen["calls"].get(key, 0)
    assert calls == 1, f"after the death, the origin was asked {calls} times instead of once"


@pytest.mark.hint("Every command of the store can fail. What can you still do for the visitor?")
@pytest.mark.points(2)
def test_redis_dead_costs_no_answer(rig, key):
    """Redis is killed: everybody still gets the product, from the origin."""
    rig.fire("kill_redis")
    seen = rig.fire("crowd", keys=[key], each=6)
    all_answered(seen, "without Redis")
    assert seen["seconds"] < 4, f"without Redis, visitors waited {seen['seconds']:.1f} s"
