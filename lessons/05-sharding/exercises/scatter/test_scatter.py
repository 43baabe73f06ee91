import pytest

from course.judge.compare import same

NAMES = ["shard-1", "shard-2", "shard-3"]


@pytest.fixture
def placed(rig, rng):
    """Users on three databases that all run: shard to users."""
    rig.fire("mend")
    ids = rng.sample(range(10_000), 30)
    users = {
        name: [{"_id": i, "city": rng.choice(["Oslo", "Lima"])} for i in ids[n::3]]
        for n, name in enumerate(NAMES)
    }
    rig.fire("fill", users=users)
    return users


def wanted(placed, names, city):
    """The users of a city on some of the shards, ordered by id."""
    found = [user for name in names for user in placed[name] if user["city"] == city]
    return sorted(found, key=lambda user: user["_id"])


@pytest.mark.hint("Put the lists together, then sort them by _id.")
@pytest.mark.points(2)
def test_everybody_answers(submission, rng, placed):
    """With all shards alive, all users are found, ordered by id, and the answer is complete."""
    order = rng.sample(NAMES, 3)
    got = submission.call("find", {"city": "Oslo"}, 2.0, order=order)["answer"]
    expected = {"users": wanted(placed, NAMES, "Oslo"), "complete": True, "missing": []}
    assert same(got, expected), "with every shard alive the answer is not the whole truth"


@pytest.mark.hint("Catch what one shard raises, note its name, and keep the others' answers.")
@pytest.mark.points(3)
def test_a_dead_shard_is_named_and_the_others_answer(submission, rng, rig, placed):
    """A killed database is missing by name; the users of the others are all there."""
    victim = rng.choice(NAMES)
    rig.fire("kill", shard=victim)
    got = submission.call("find", {"city": "Lima"}, 2.0)["answer"]
    alive = [name for name in NAMES if name != victim]
    expected = {"users": wanted(placed, alive, "Lima"), "complete": False, "missing": [victim]}
    assert same(got, expected), f"with {victim} dead the answer was not what is left"


@pytest.mark.hint("Wait for all answers with one timeout, and leave the late threads behind.")
@pytest.mark.points(3)
def test_a_paused_shard_costs_patience_and_no_more(submission, rng, rig, placed):
    """A database that takes the question and never answers is given up after `patience`."""
    victim = rng.choice(NAMES)
    submission.call("connect")
    rig.fire("pause", shard=victim)
    found = submission.call("find", {"city": "Oslo"}, 1.0)
    assert same(found["answer"]["missing"], [victim]), f"{victim} never answered and is not missing"
    alive = [name for name in NAMES if name != victim]
    assert same(found["answer"]["users"], wanted(placed, alive, "Oslo")), "users got lost"
    assert found["seconds"] < 2.5, f"a patience of 1 s became {found['seconds']:.1f} s"


@pytest.mark.hint("Give every shard a thread of its own; asked in turn, the times add up.")
@pytest.mark.points(2)
def test_all_are_asked_at_once(submission, placed):
    """Three shards that take 0.5 s each take about as long as one."""
    delays = dict.fromkeys(NAMES, 0.5)
    found = submission.call("find", {"city": "Oslo"}, 3.0, delays=delays)
    assert found["answer"]["complete"], "nobody was dead, and the answer is not complete"
    assert found["seconds"] < 1.2, f"three times 0.5 s took {found['seconds']:.1f} s"


@pytest.mark.hint("With no shards there is nothing to wait for; a pool needs at least one thread.")
def test_two_dead_shards_and_none_at_all(submission, rig, placed):
    """Two of three dead is two names in order; asking nobody is complete and empty."""
    rig.fire("kill", shard="shard-3")
    rig.fire("kill", shard="shard-1")
    got = submission.call("find", {"city": "Lima"}, 2.0, order=["shard-3", "shard-1", "shard-2"])
    assert same(got["answer"]["missing"], ["shard-1", "shard-3"]), "two shards were dead"
    assert same(got["answer"]["users"], wanted(placed, ["shard-2"], "Lima")), "users got lost"
