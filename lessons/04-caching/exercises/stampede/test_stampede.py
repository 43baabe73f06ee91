"""What three processes and one Redis must do about a crowd, counted at the origin."""

import time

import pytest

CROWD = 15
TRIES = 3  # a busy machine makes visitors wait longer, never shorter: the quickest counts
# It may also stop a process between two commands for longer than all others need, and then a right
# answer reads once more: the fewest of two crowds count.
CROWDS = 2


@pytest.fixture
def key(rng):
    return "".join(rng.choices("abcdefghij", k=8))


@pytest.fixture(autouse=True)
def working_system(rig, rng):
    rig.fire("fresh", mark=str(rng.randint(10**6, 10**7)))


def all_answered(seen, when):
    assert seen["right"] == seen["asked"], (
        f"{when}: of {seen['asked']} visitors, {seen['right']} got the product"
        f" and {seen.get('unanswered', 0)} got no answer at all"
    )


def fewest_reads(rig, rng, key, *, delay=0.3, each=CROWD, spread=0.0):
    """How often the origin is asked for a crowd that finds no copy."""
    fewest = 99
    for _ in range(CROWDS):
        rig.fire("fresh", mark=str(rng.random()), delay=delay)
        seen = rig.fire("crowd", keys=[key], each=each, spread=spread)
        all_answered(seen, "with an empty cache")
        fewest = min(fewest, seen["reads"])
        if fewest <= 1:
            break
    return fewest


@pytest.mark.hint("The program that you were given passes this one: does yours still start?")
@pytest.mark.points(1)
def test_everybody_gets_the_product(rig, key):
    """A crowd comes to three processes with an empty cache, and everybody gets the product."""
    all_answered(rig.fire("crowd", keys=[key], each=CROWD), "with an empty cache")


@pytest.mark.hint("A lock in Redis: SET with NX says who comes first. What do the others do?")
@pytest.mark.points(4)
def test_one_rebuild_for_a_crowd(rig, key, rng):
    """However many miss, at once or one by one, in whichever process, the origin is asked once."""
    for spread in (0.0, 0.6, 0.0):
        reads = fewest_reads(rig, rng, key, each=2 * CROWD, spread=spread)
        assert reads == 1, f"{2 * CROWD} visitors missed, and the origin was asked {reads} times"


@pytest.mark.hint("Between your miss and your lock, somebody may have left the copy: look again.")
@pytest.mark.points(1)
def test_who_gets_the_lock_looks_again(rig, key, rng):
    """Somebody who missed before the copy came, and asks for the lock after, finds the copy."""
    for _ in range(5):
        rig.fire("fresh", mark=str(rng.random()), delay=0.02)
        seen = rig.fire("late_comer", key=key)
        if seen["valid"]:  # else the machine was too busy to tell
            break
    all_answered(seen, "with one visitor late")
    reads = seen["reads"]
    assert reads == 1 or not seen["valid"], (
        f"the copy was there when the second visitor got the lock; the origin was asked {reads}"
        " times"
    )


@pytest.mark.hint("Whoever asked the origin leaves the copy for everybody, with an expiry.")
@pytest.mark.points(1)
def test_copy_is_left_for_the_next_visitors(rig, key):
    """After the rebuild the origin's answer lies under product:KEY and is used."""
    before = rig.fire("crowd", keys=[key], each=3)["reads"]
    copy = rig.fire("copy", key=key)
    assert copy["lifetime"] != -2, "there is no copy under product:KEY"
    assert copy["is_right"], "what lies under product:KEY is not the origin's answer"
    seen = rig.fire("crowd", keys=[key], each=CROWD)
    all_answered(seen, "with a copy in Redis")
    more = seen["reads"] - before
    assert more == 0, f"a copy was there, and the origin was asked {more} x"
    assert rig.fire("forget", key=key), "there is no copy under product:KEY any more"
    seen = rig.fire("crowd", keys=[key], each=3)
    assert seen["reads"] > before, "the copy had ended, and the origin was not asked for another"


@pytest.mark.hint("SET has EX for that; and who reads a copy leaves its end alone.")
@pytest.mark.points(1)
def test_the_copy_ends_after_its_time(rig, key):
    """A copy ends TTL_SECONDS after it was made, also when it is read."""
    started = time.monotonic()
    rig.fire("crowd", keys=[key], each=3)
    left = rig.fire("copy", key=key)["lifetime"]
    elapsed = time.monotonic() - started
    assert 30 - elapsed - 0.05 <= left <= 30, f"a copy lives for 30 s; {elapsed:.1f} s on: {left} s"
    rig.fire("shorten", key=key, ms=12_000)
    rig.fire("crowd", keys=[key], each=CROWD)
    left = rig.fire("copy", key=key)["lifetime"]
    assert 0 < left <= 12, f"a copy had 12 s left, was read, and has {left} s left"


@pytest.mark.hint("Who waits for whom? Put the product's key into the lock's name.")
@pytest.mark.points(2)
def test_products_do_not_wait_for_each_other(rig, key, rng):
    """Eight products are rebuilt side by side, and a copy is served meanwhile."""
    keys, quickest, is_once = [f"{key}{n}" for n in range(8)], 99.0, False
    for _ in range(TRIES):
        rig.fire("fresh", mark=str(rng.random()), delay=1.0)
        seen = rig.fire("crowd", keys=keys, each=3)
        all_answered(seen, "eight products at once")
        is_once = is_once or all(seen["calls"].get(one) == 1 for one in keys)
        quickest = min(quickest, seen["seconds"])
        if (is_once and quickest < 1.9) or seen["seconds"] > 2.8:
            break
    assert is_once, "whenever eight products were wanted at once, some were read twice"
    assert quickest < 1.9, f"eight products that take 1 s each took {quickest:.1f} s together"
    quickest = 99.0
    for _ in range(TRIES):
        rig.fire("fresh", mark=str(rng.random()), delay=1.0)
        quickest = min(quickest, rig.fire("beside", hot=f"{key}hot", cold=keys[:3]))
        if quickest < 0.5:
            break
    assert quickest < 0.5, f"a copy was there, and waited {quickest:.1f} s for other products"


@pytest.mark.hint("How long does your lock live, compared with the slowest rebuild?")
@pytest.mark.points(2)
def test_slow_origin_is_asked_once(rig, key, rng):
    """The origin takes two seconds: still one read, and everybody waits for it."""
    reads = fewest_reads(rig, rng, key, delay=2.0, each=3 * CROWD, spread=1.5)
    assert reads == 1, f"the origin took 2 s, and was asked {reads} times"


@pytest.mark.hint("Remove the lock as soon as the copy is there.")
@pytest.mark.points(2)
def test_next_expiry_is_rebuilt_at_once(rig, key, rng):
    """When the copy ends again soon, one more read is enough, and nobody waits longer for it."""
    quickest, fewest = 99.0, 99
    for _ in range(TRIES):
        rig.fire("fresh", mark=str(rng.random()))
        seen = rig.fire("ends_again", key=key, each=CROWD)
        assert seen["had_copy"], "there is no copy under product:KEY"
        all_answered(seen, "after the second expiry")
        quickest, fewest = min(quickest, seen["seconds"]), min(fewest, seen["reads"])
        if quickest < 0.9 and fewest == 2:
            break
    assert fewest == 2, f"two expiries cost {fewest} reads"
    assert quickest < 0.9, (
        f"a rebuild takes 0.3 s; after the second expiry visitors waited {quickest:.1f} s"
    )
