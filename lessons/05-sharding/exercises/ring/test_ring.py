import hashlib
from collections import Counter

import pytest

from course.judge.compare import same


def names(rng, count):
    return [f"node-{n}" for n in rng.sample(range(100), count)]


def some_keys(rng, count=2000):
    return [f"user-{n}" for n in rng.sample(range(10**6), count)]


def hash_of(text):
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def truth(nodes, points, keys):
    """Where keys lie by the task's own words."""
    circle = sorted((hash_of(f"{n} {p}"), n) for n in nodes for p in range(points))
    places = []
    for key in keys:
        at = hash_of(str(key))
        places.append(next((n for h, n in circle if h >= at), circle[0][1]))
    return places


@pytest.mark.hint("Sort all the points; the key's node is at the first one that is not smaller.")
@pytest.mark.points(3)
def test_a_key_belongs_to_the_next_point(submission, rng):
    """A key lies on the node of the first point at or after its hash, going round."""
    nodes, keys = names(rng, 5), some_keys(rng, 300)
    got = submission.call("place", nodes, 20, keys)
    wrong = sum(not same(a, b) for a, b in zip(got, truth(nodes, 20, keys), strict=True))
    assert wrong == 0, f"{wrong} of {len(keys)} keys are not on the node of the next point"


@pytest.mark.hint("After the last point comes the first: take the index modulo the length.")
def test_the_ring_closes(submission, rng):
    """Keys after the last point belong to the first: few points make this common."""
    nodes, keys = names(rng, 2), some_keys(rng, 400)
    got = submission.call("place", nodes, 1, keys)
    assert same(got, truth(nodes, 1, keys)), "a key beyond the last point is on the wrong node"


@pytest.mark.hint("Old points must stay where they are when new ones come.")
@pytest.mark.points(3)
def test_a_new_node_takes_its_share_and_nothing_else_moves(submission, rng):
    """From 3 nodes to 4, under 35 % of the keys move, and only to the new node."""
    nodes, keys = names(rng, 4), some_keys(rng)
    before, after = submission.call("changed", nodes[:3], 160, keys, [["add", nodes[3]]])
    moved = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert moved, "nothing moved to the new node"
    assert len(moved) < 0.35 * len(keys), f"{len(moved)} of {len(keys)} keys moved"
    assert all(b == nodes[3] for _, b in moved), "keys moved between nodes that were there before"


@pytest.mark.hint("A removed node's points must go; everybody else's stay.")
def test_removing_a_node_moves_only_its_keys(submission, rng):
    """After `remove`, only keys of that node have moved, and none lies on it."""
    nodes, keys = names(rng, 4), some_keys(rng)
    before, after = submission.call("changed", nodes, 160, keys, [["remove", nodes[1]]])
    assert nodes[1] not in after, "keys still lie on a node that was removed"
    moved = [a for a, b in zip(before, after, strict=True) if a != b]
    assert all(a == nodes[1] for a in moved), "keys of other nodes moved too"


@pytest.mark.hint("Many points a node make many small arcs, which even out.")
def test_the_points_even_out_the_load(submission, rng):
    """With the default number of points the fullest of ten nodes is under 1.5 times the mean."""
    nodes, keys = names(rng, 10), some_keys(rng, 4000)
    counts = Counter(submission.call("default_points", nodes, keys))
    fullest = max(counts.values()) / (len(keys) / 10)
    assert fullest < 1.5, f"the fullest node holds {fullest:.2f} times the mean"


@pytest.mark.hint("Remember which nodes are on the ring before you add or remove points.")
def test_adding_twice_and_removing_strangers_changes_nothing(submission, rng):
    """A node that is there is not added again; one that is not there is not removed."""
    nodes, keys = names(rng, 4), some_keys(rng, 500)
    acts = [["add", nodes[0]], ["remove", nodes[3]], ["remove", nodes[0]]]
    start, *steps = submission.call("changed", nodes[:3], 40, keys, acts)
    assert same(steps[0], start), "adding a node that is there moved keys"
    assert same(steps[1], start), "removing a node that is not there moved keys"
    assert same(steps[2], truth(nodes[1:3], 40, keys)), "a node added twice is not gone"


@pytest.mark.hint("Check for an empty circle before you look anything up.")
def test_an_empty_ring_holds_nothing(submission, rng):
    """Without nodes the answer is None; a node may come later."""
    node = names(rng, 1)[0]
    seen = submission.call("changed", [], 8, ["a", "b"], [["add", node], ["remove", node]])
    assert same(seen, [[None, None], [node, node], [None, None]]), f"an empty ring gave {seen}"


@pytest.mark.hint("Walking over all points is slow with thousands of them: bisect halves the way.")
def test_lookups_do_not_walk_the_ring(submission):
    """Ten times the points cost far less than ten times the time."""
    few = submission.call("cost", ["a", "b"], 500, 400)
    many = submission.call("cost", ["a", "b"], 10_000, 400)
    assert many < 6 * few + 0.05, f"twenty times the points took {many / few:.0f} times as long"
