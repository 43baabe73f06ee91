import hashlib
from bisect import bisect_left

import pytest

from course.judge.compare import same

ROUND = 2**64  # hashes are below


def names(rng, count):
    return [f"node-{n}" for n in rng.sample(range(100), count)]


def some_keys(rng, count=600):
    return [f"user-{n}" for n in rng.sample(range(10**6), count)]


def hash_of(text):
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def circle_of(nodes, points):
    return sorted((hash_of(f"{n} {p}"), n) for n in set(nodes) for p in range(points))


def truth(nodes, points, keys):
    """Where keys lie by the task's own words."""
    circle = circle_of(nodes, points)
    places = [place for place, _ in circle]
    return [circle[bisect_left(places, hash_of(str(key))) % len(circle)][1] for key in keys]


def differ(got, wanted):
    """How many of the keys lie on another node than they should."""
    return sum(not same(a, b) for a, b in zip(got, wanted, strict=True))


@pytest.mark.hint("Sort all the points; the key's node is at the first one that is not smaller.")
@pytest.mark.points(3)
def test_a_key_belongs_to_the_next_point(submission, rng):
    """A key lies on the node of the first point at or after its hash, going round."""
    for count, points in ((1, 3), (2, 1), (5, 20), (9, 40)):
        nodes, keys = names(rng, count), some_keys(rng, 300)
        wrong = differ(submission.call("place", nodes, points, keys), truth(nodes, points, keys))
        assert wrong == 0, f"{wrong} of {len(keys)} keys are not on the node of the next point"


@pytest.mark.hint("bisect_left and bisect_right differ where something is equal.")
@pytest.mark.points(1)
def test_a_key_that_hits_a_point_belongs_to_it(submission, rng):
    """At or after: a key whose hash is that of a point lies on this point's node."""
    nodes, points = names(rng, 6), 12
    keys = [f"{node} {point}" for node in nodes for point in range(points)]
    got = submission.call("place", nodes, points, keys)
    wrong = differ(got, [node for node in nodes for _ in range(points)])
    assert wrong == 0, f"{wrong} of {len(keys)} keys have a point's own hash and lie elsewhere"


@pytest.mark.hint("str(key) makes one text of a number and of its digits.")
@pytest.mark.points(1)
def test_keys_are_taken_as_text(submission, rng):
    """A key need not be text: it lies where str(key) lies."""
    nodes = names(rng, 7)
    numbers = [0, -1, *rng.sample(range(10**9), 60)]
    keys = [*numbers, *map(str, numbers), True, None, 2.5, "", "a b", "Zoë", "名前"]
    wrong = differ(submission.call("place", nodes, 25, keys), truth(nodes, 25, keys))
    assert wrong == 0, f"{wrong} of {len(keys)} keys are not where their text lies"


def has_no_gap(circle):
    """Whether nothing can be seen where the ring closes."""
    is_narrow = circle[-1][0] > 0.97 * ROUND or circle[0][0] < 0.03 * ROUND
    return is_narrow or circle[0][1] == circle[-1][1]


@pytest.mark.hint("After the last point comes the first: take the index modulo the length.")
@pytest.mark.points(1)
def test_the_ring_closes(submission, rng):
    """Keys after the last point belong to the first one, as do those before it."""
    nodes, circle = [], []
    while not circle or has_no_gap(circle):
        nodes = names(rng, 3)
        circle = circle_of(nodes, 2)
    many = some_keys(rng, 5000)
    beyond = [key for key in many if hash_of(key) > circle[-1][0]][:40]
    before = [key for key in many if hash_of(key) < circle[0][0]][:40]
    got = submission.call("place", nodes, 2, [*beyond, *before])
    wrong = differ(got, [circle[0][1]] * (len(beyond) + len(before)))
    assert wrong == 0, f"{wrong} keys between the last point and the first are on the wrong node"


@pytest.mark.hint("Old points must stay where they are when new ones come.")
@pytest.mark.points(2)
def test_a_new_node_takes_its_share_and_nothing_else_moves(submission, rng):
    """From 3 nodes to 4, keys move to the new node's points, and none between the others."""
    nodes, keys = names(rng, 4), some_keys(rng)
    before, after = submission.call("changed", nodes[:3], 160, keys, [["add", nodes[3]]])
    moved = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert moved, "nothing moved to the new node"
    assert all(b == nodes[3] for _, b in moved), "keys moved between nodes that were there before"
    wrong = differ(before + after, truth(nodes[:3], 160, keys) + truth(nodes, 160, keys))
    assert wrong == 0, f"{wrong} keys are not where the points of three and of four nodes put them"


@pytest.mark.hint("A removed node's points must go; everybody else's stay.")
@pytest.mark.points(1)
def test_removing_a_node_moves_only_its_keys(submission, rng):
    """After `remove`, only keys of that node have moved, and none lies on it."""
    nodes, keys = names(rng, 4), some_keys(rng)
    for gone in nodes:
        rest = [node for node in nodes if node != gone]
        before, after = submission.call("changed", nodes, 160, keys, [["remove", gone]])
        assert gone not in after, "keys still lie on a node that was removed"
        moved = [a for a, b in zip(before, after, strict=True) if a != b]
        assert all(a == gone for a in moved), "keys of other nodes moved too"
        wrong = differ(after, truth(rest, 160, keys))
        assert wrong == 0, "what was left behind is no ring of the rest"


@pytest.mark.hint("160 points for every node, if nobody says otherwise.")
@pytest.mark.points(1)
def test_every_node_gets_160_points_by_default(submission, rng):
    """Without a number, every node gets 160 points, which even out the load."""
    nodes, keys = names(rng, 10), some_keys(rng, 2000)
    wrong = differ(submission.call("default_points", nodes, keys), truth(nodes, 160, keys))
    assert wrong == 0, f"{wrong} of {len(keys)} keys are not where 160 points a node put them"


@pytest.mark.hint("Remember which nodes are on the ring before you add or remove points.")
@pytest.mark.points(1)
def test_adding_twice_and_removing_strangers_changes_nothing(submission, rng):
    """A node that is there is not added again; one that is not there is not removed."""
    nodes, keys = names(rng, 4), some_keys(rng, 500)
    acts = [["add", nodes[0]], ["remove", nodes[3]], ["remove", nodes[0]], ["remove", nodes[0]],
            ["add", nodes[3]], ["add", nodes[0]]]  # fmt: skip
    start, *steps = submission.call("changed", nodes[:3], 40, keys, acts)
    assert same(steps[0], start), "adding a node that is there moved keys"
    assert same(steps[1], start), "removing a node that is not there moved keys"
    assert same(steps[2], truth(nodes[1:3], 40, keys)), "a node added twice is not gone"
    assert same(steps[3], steps[2]), "removing a node for the second time moved keys"
    assert same(steps[4], truth(nodes[1:4], 40, keys)), "a node that came later lacks points"
    assert same(steps[5], truth(nodes, 40, keys)), "a node that came back is not where it was"
    twice = [nodes[0], nodes[1], nodes[0]]
    start, after = submission.call("changed", twice, 40, keys, [["remove", nodes[0]]])
    assert same(start, truth(nodes[:2], 40, keys)), "a node that was named twice has more points"
    assert same(after, [nodes[1]] * len(keys)), "a node that was named twice is not gone"


@pytest.mark.hint("Check for an empty circle before you look anything up.")
@pytest.mark.points(1)
def test_an_empty_ring_holds_nothing(submission, rng):
    """Without nodes the answer is None; a node may come later."""
    node = names(rng, 1)[0]
    acts = [["remove", node], ["add", node], ["remove", node]]
    seen = submission.call("changed", [], 8, ["a", "b"], acts)
    wanted = [[None, None], [None, None], [node, node], [None, None]]
    assert same(seen, wanted), f"an empty ring gave {seen}"


@pytest.mark.hint("Walking over all points is slow with thousands of them: bisect halves the way.")
@pytest.mark.points(1)
def test_lookups_do_not_walk_the_ring(submission, rng):
    """A thousand times the points cost nothing like a thousand times the time."""
    seconds, keys = {}, some_keys(rng, 1001)
    for points in (10, 10_000):
        for some in (keys[:1], keys):
            got = submission.call("place", ["a", "b"], points, some)
            seconds[points, len(some)] = submission.spent
            assert differ(got, truth(["a", "b"], points, some)) == 0, "keys are on the wrong node"
    few = seconds[10, 1001] - seconds[10, 1]
    many = seconds[10_000, 1001] - seconds[10_000, 1]
    assert many < 5 * max(0, few) + 0.2, (
        f"1,000 lookups took {many:.2f} s of processor time among 20,000 points,"
        f" and {few:.2f} s among 20"
    )
