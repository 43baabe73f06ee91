"""What invalidation must do, watched from Redis itself."""

import pytest

from course.judge.compare import same

MANY = 24_000
HALF = MANY // 2  # a command that looks at so many, or removes them, holds the others up

CASES = [
    ("product:1*", ["product:1", "product:12"], ["product:21", "products:1", "aproduct:1"]),
    ("*:price", ["product:1:price", "x:price"], ["product:1:prices", "product:1"]),
    ("p:*:price", ["p:1:price", "p::price", "p:a b:price"], ["p:price", "p:1:pric", "q:price"]),
    ("product:?", ["product:1", "product:x"], ["product:", "product:12"]),
    ("product:1?", ["product:10", "product:1x"], ["product:1", "product:100"]),
    ("user:[ab]*", ["user:a", "user:bert"], ["user:c", "user:[ab]"]),
    ("user:[^ab]", ["user:c", "user:^"], ["user:a", "user:b", "user:cc"]),
    ("user:[b-d]", ["user:b", "user:c", "user:d"], ["user:a", "user:e", "user:-"]),
    ("user:[!a]", ["user:a", "user:!"], ["user:b", "user:c"]),
    ("what\\?", ["what?"], ["what", "whats", "what\\x"]),
    ("all:\\*", ["all:*"], ["all:", "all:x"]),
    ("a.c:*", ["a.c:1"], ["abc:1", "a.d:1"]),
    ("User:*", ["User:1"], ["user:1", "USER:1"]),
    ("exact", ["exact"], ["exactly", "inexact"]),
    ("zoë:*", ["zoë:1", "zoë:\n2"], ["zoe:1"]),
]


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


@pytest.mark.hint("A key is a key, whatever lies there.")
@pytest.mark.points(1)
def test_keys_of_every_kind_are_removed(submission, rig, rng):
    """Text, hashes, lists, sets and streams, with an end or without, are all removed."""
    kind = word(rng)
    count = rig.fire("of_every_kind", prefix=f"{kind}:")
    removed = submission.call("invalidate", f"{kind}:*")
    left = rig.fire("left")
    assert left == [], f"{left} matched, and are still there"
    assert same(removed, count), f"{count} keys were removed, and {removed!r} was returned"


@pytest.mark.hint("UNLINK says how many it removed. What SCAN found may be gone by then.")
@pytest.mark.points(1)
def test_what_others_removed_does_not_count(submission, rig, rng):
    """Keys that end, or that others remove, before you do are not counted as removed."""
    kind, count = word(rng), rng.randint(1500, 1900)
    rig.fire("number", prefix=f"{kind}:", count=count)
    rig.fire("others_take", prefix=f"{kind}:")
    removed = submission.call("invalidate", f"{kind}:*")
    others, left = rig.fire("taken"), rig.fire("count")
    assert left == 0, f"{count} keys matched, {left} of them are still there"
    assert same(removed, count - others), (
        f"of {count} keys, {others} had been removed by others before, and {removed!r} was returned"
    )


@pytest.mark.hint("A pattern is more than a prefix. Let Redis do the matching.")
@pytest.mark.points(2)
def test_nothing_else_is_removed(submission, rig, rng):
    """Patterns mean what they mean to Redis: keys that only look alike stay."""
    for pattern, goes, stays in CASES:
        bystander = word(rng)
        rig.fire("fresh")
        rig.fire("fill", names=[*goes, *stays, bystander])
        removed = submission.call("invalidate", pattern)
        left = rig.fire("left")
        assert left == sorted([*stays, bystander]), (
            f"after {pattern}, {sorted(set(stays) - set(left))} are missing"
            f" and {sorted(set(left) & set(goes))} should be gone"
        )
        assert same(removed, len(goes)), f"{len(goes)} keys went, and {removed!r} was returned"


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


@pytest.fixture
def many(rig, rng):
    """Thousands of keys that match, watched from here on."""
    kind = word(rng)
    rig.fire("number", prefix=f"{kind}:", count=MANY, suffix=":price")
    rig.fire("watch")
    return kind


@pytest.mark.hint("UNLINK takes many keys. All of a page is a good number; all there are is not.")
@pytest.mark.points(2)
def test_many_keys_go_in_batches(submission, rig, many):
    """Of thousands of keys no single command, script or transaction removes half or more."""
    submission.call("invalidate", f"{many}:*")
    seen = rig.fire("seen")
    left = rig.fire("count")
    assert left == 0, f"{left} of {MANY} keys are still there"
    each = MANY / max(1, seen["removals"])
    assert each < HALF, f"one command removed {each:.0f} keys: everybody else waited for it"


@pytest.mark.hint("COUNT says how much of the keys one SCAN looks at: all of them is KEYS again.")
@pytest.mark.points(1)
def test_a_page_is_a_part(submission, rig, many):
    """No single command looks at half of the keys or more."""
    submission.call("invalidate", f"{many[:3]}*:price")
    seen = rig.fire("seen")
    left = rig.fire("count")
    assert left == 0, f"{left} of {MANY} keys are still there"
    assert seen["largest"] < HALF, f"a page of {seen['largest']} keys is hardly a page"
    assert seen["pages"] > 2, f"{MANY} keys were looked at in {seen['pages']} pages"


@pytest.mark.hint("Give UNLINK a whole page of keys: one round trip for many of them.")
@pytest.mark.points(2)
def test_it_is_quick(submission, rig, many):
    """Thousands of keys take far fewer round trips than one each."""
    submission.call("invalidate", f"{many}:*")
    trips = rig.fire("seen")["round_trips"]
    assert trips < MANY * 0.4, f"{MANY} keys took {trips} round trips"


@pytest.mark.hint("Removing with an empty list of keys is an error. When can a page be empty?")
@pytest.mark.points(1)
def test_nothing_to_remove_is_fine(submission, rig, rng):
    """When no key matches, 0 is returned and everything stays."""
    rig.fire("number", prefix="other:", count=50)
    removed = submission.call("invalidate", f"{word(rng)}:*")
    assert same(removed, 0), f"nothing matched, and {removed!r} was returned"
    left = rig.fire("count")
    assert left == 50, f"nothing matched, and {50 - left} keys are gone"
    rig.fire("fresh")
    removed = submission.call("invalidate", "*")
    assert same(removed, 0), f"there was no key at all, and {removed!r} was returned"


@pytest.mark.hint("Reads fail open. If this failed silently, who would know that old copies live?")
@pytest.mark.points(2)
def test_failure_is_not_silent(submission, rig, rng):
    """When Redis is away, the caller hears about it."""
    rig.fire("kill")
    failure = submission.failure("invalidate", f"{word(rng)}:*")
    assert failure.kind == "exception", "Redis was away, and the caller was not told"


@pytest.mark.hint("Whatever has been removed by then: it is not all, and the caller must know.")
@pytest.mark.points(1)
def test_failure_midway_is_not_silent(submission, rig, rng):
    """When Redis dies after the first keys are gone, the caller hears about it."""
    kind = word(rng)
    rig.fire("number", prefix=f"{kind}:", count=5000)
    rig.fire("die_midway")
    failure = submission.failure("invalidate", f"{kind}:*")
    assert failure.kind == "exception", "Redis died in the middle, and the caller was not told"


@pytest.mark.hint("Redis can be there and refuse. That, too, leaves the old price where it is.")
@pytest.mark.points(1)
def test_refusal_is_not_silent(submission, rig, rng):
    """When Redis answers reads and refuses to remove, the caller hears about it."""
    kind = word(rng)
    rig.fire("number", prefix=f"{kind}:", count=50)
    rig.fire("refuse_writes")
    failure = submission.failure("invalidate", f"{kind}:*")
    assert failure.kind == "exception", "Redis refused, and the caller was not told"
