"""What invalidation must do, watched from Redis itself."""

import pytest

from course.judge.compare import same

MANY = 8_000


@pytest.fixture(autouse=True)
def empty_redis(rig):
    rig.fire("fresh")


def word(rng):
    return "".join(rng.choices("klmnopqrst", k=6))


@pytest.mark.hint("SCAN walks through the keys page by page; UNLINK removes those it is given.")
@pytest.mark.points(2)
def test_every_matching_key_is_removed(submission, rig, rng):
    """Every key that matches is removed, and the number of removed keys is returned."""
    kind, count = word(rng), rng.randint(1200, 1900)
    rig.fire("number", prefix=f"{kind}:", count=count)
    removed = submission.call("invalidate", f"{kind}:*")
    left = rig.fire("count")
    assert left == 0, f"{count} keys matched, {left} of them are still there"
    assert same(removed, count), f"{count} keys were removed, and {removed!r} was returned"


@pytest.mark.hint("A pattern is more than a prefix. Let Redis do the matching.")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    "case",
    [
        ("product:1*", ["product:1", "product:12"], ["product:21", "products:1", "aproduct:1"]),
        ("*:price", ["product:1:price", "x:price"], ["product:1:prices", "product:1"]),
        ("product:?", ["product:1", "product:x"], ["product:", "product:12"]),
        ("user:[ab]*", ["user:a", "user:bert"], ["user:c", "user:[ab]"]),
        ("a.c:*", ["a.c:1"], ["abc:1", "a.d:1"]),
    ],
    ids=["prefix", "suffix", "one character", "set", "dot"],
)
def test_nothing_else_is_removed(submission, rig, rng, case):
    """Patterns mean what they mean to Redis: keys that only look alike stay."""
    (pattern, goes, stays), bystander = case, word(rng)
    rig.fire("fill", names=[*goes, *stays, bystander])
    removed = submission.call("invalidate", pattern)
    left = rig.fire("left")
    assert left == sorted([*stays, bystander]), (
        f"after {pattern}, {sorted(set(stays) - set(left))} are missing"
        f" and {sorted(set(left) & set(goes))} should be gone"
    )
    assert same(removed, len(goes)), f"{len(goes)} keys were removed, and {removed!r} was returned"


@pytest.mark.hint("SCAN may hand out an empty page in the middle. What says that it is over?")
@pytest.mark.points(2)
def test_few_among_many_are_found(submission, rig, rng):
    """Five matching keys among thousands are all found."""
    rig.fire("number", prefix="other:", count=MANY)
    names = [f"rare:{word(rng)}:{n}" for n in range(5)]
    rig.fire("fill", names=names)
    removed = submission.call("invalidate", "rare:*")
    left = rig.fire("count")
    assert left >= MANY, f"{MANY + 5 - left} keys are gone, and only 5 matched"
    assert left == MANY, f"of 5 matching keys among {MANY}, {left - MANY} were not found"
    assert same(removed, 5), f"5 keys were removed, and {removed!r} was returned"


@pytest.mark.hint("Which command looks at one page of the keys, and which at all of them at once?")
@pytest.mark.points(2)
def test_nobody_has_to_wait_for_keys(submission, rig, rng):
    """KEYS and FLUSH are never used, not even in a script."""
    rig.fire("number", prefix=f"{word(rng)}:", count=300)
    rig.fire("fill", names=["stays"])
    rig.fire("watch")
    submission.call("invalidate", "*:*")
    seen = rig.fire("seen")
    for name in ("keys", "flushall", "flushdb"):
        assert seen[name] == 0, f"Redis was asked {name.upper()} {seen[name]} times"
    assert rig.fire("left") == ["stays"], "what matched must go, and the rest must stay"


@pytest.mark.hint("UNLINK takes many keys. All of a page is a good number; all there are is not.")
@pytest.mark.points(2)
def test_many_keys_go_in_batches(submission, rig, rng):
    """Thousands of keys take far fewer round trips, and no single command removes them all."""
    kind = word(rng)
    rig.fire("number", prefix=f"{kind}:", count=MANY, suffix=":price")
    rig.fire("watch")
    submission.call("invalidate", f"{kind}:*")
    seen = rig.fire("seen")
    left = rig.fire("count")
    assert left == 0, f"{left} of {MANY} keys are still there"
    trips = seen["round_trips"]
    assert trips < MANY / 3, f"{MANY} keys took {trips} round trips"
    each = MANY / max(1, seen["removals"])
    assert each <= MANY / 4, f"one command removed {each:.0f} keys: everybody else waited for it"


@pytest.mark.hint("Removing with an empty list of keys is an error. When can a page be empty?")
@pytest.mark.points(1)
def test_nothing_to_remove_is_fine(submission, rig, rng):
    """When no key matches, 0 is returned and everything stays."""
    rig.fire("number", prefix="other:", count=50)
    removed = submission.call("invalidate", f"{word(rng)}:*")
    assert same(removed, 0), f"nothing matched, and {removed!r} was returned"
    left = rig.fire("count")
    assert left == 50, f"nothing matched, and {50 - left} keys are gone"


@pytest.mark.hint("Reads fail open. If this failed silently, who would know that old copies live?")
@pytest.mark.points(2)
def test_failure_is_not_silent(submission, rig, rng):
    """When Redis is away, the caller hears about it."""
    rig.fire("kill")
    failure = submission.failure("invalidate", f"{word(rng)}:*")
    assert failure.kind == "exception", "Redis was away, and the caller was not told"
