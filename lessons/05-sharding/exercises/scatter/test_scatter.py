import time

import pytest

from course.judge.compare import same

NAMES = ["shard-1", "shard-2", "shard-3"]
FAILURES = ["ServerSelectionTimeoutError", "ConnectionRefusedError", "TimeoutError", "KeyError",
            "ValueError", "RuntimeError"]  # fmt: skip
TRIES = 3  # a busy machine makes a call late, never early: the quickest one counts


def users(rng, count):
    """Users with numbers of different lengths, in no order."""
    ids = rng.sample([*range(12), *range(95, 106), *range(9_990, 10_005), *range(50_000)], count)
    return [{"_id": i, "city": rng.choice(["Oslo", "Lima"])} for i in dict.fromkeys(ids)]


def words(rng, count):
    """Names of shards, in no order."""
    return rng.sample([f"{a}{b}{n}" for a in "abcxyz" for b in "aeiou" for n in range(12)], count)


@pytest.fixture
def placed(rig, rng):
    """Users on three databases that all run: shard to users."""
    rig.fire("mend")
    everybody = users(rng, 40)
    placed = {name: everybody[n::3] for n, name in enumerate(NAMES)}
    rig.fire("fill", users=placed)
    return placed


def found_in(lists, city=None):
    """The users of a city in these lists, ordered by id."""
    found = [user for some in lists for user in some if city in (None, user["city"])]
    return sorted(found, key=lambda user: user["_id"])


def whole(lists, missing=(), city=None):
    """The right answer."""
    names = sorted(missing)
    return {"users": found_in(lists, city), "complete": not names, "missing": names}


def in_time(submission, at_most, wanted, why, *call):
    """The call gives what is wanted, and is back by then."""
    quickest = None
    for _ in range(TRIES):
        started = time.monotonic()
        got = submission.call(*call)
        seconds = time.monotonic() - started
        assert same(got, wanted), f"{why}, the answer was not what it should be"
        quickest = seconds if quickest is None else min(quickest, seconds)
        if quickest <= at_most:
            return
        if seconds > at_most + 1:  # no machine is as busy as that
            break
    raise AssertionError(f"{why}, the call took {quickest:.1f} s")


@pytest.mark.hint("Put the lists together, then sort them by _id.")
@pytest.mark.points(2)
def test_everybody_answers(submission, rng, placed):
    """With all shards alive, all users are found, ordered by id, and the answer is complete."""
    for city in ("Oslo", "Lima"):
        got = submission.call("find", {"city": city}, 3.0, order=rng.sample(NAMES, 3))
        assert same(got, whole(placed.values(), city=city)), (
            "with every shard alive the answer is not the whole truth"
        )


@pytest.mark.hint("An empty list is an answer: nobody lives there. Only None would be none.")
@pytest.mark.points(1)
def test_a_shard_without_a_user_has_answered(submission, rng):
    """Shards that find nobody are not missing, be it one of them or all."""
    names, some = words(rng, 4), users(rng, 8)
    shards = [[name, 0, some if n == 2 else []] for n, name in enumerate(names)]
    got = submission.call("play", shards, {}, 2.0)
    assert same(got, whole([some])), "shards that found nobody count as missing"
    got = submission.call("play", [[name, 0, []] for name in names], {}, 2.0)
    assert same(got, whole([])), "when nobody was found anywhere, the answer is still complete"


@pytest.mark.hint("Catch what one shard raises, note its name, and keep the others' answers.")
@pytest.mark.points(2)
def test_a_dead_shard_is_named_and_the_others_answer(submission, rng, rig, placed):
    """A killed database is missing by name; the users of the others are all there."""
    victim = rng.choice(NAMES)
    rig.fire("kill", shard=victim)
    got = submission.call("find", {"city": "Lima"}, 3.0)
    alive = [placed[name] for name in NAMES if name != victim]
    assert same(got, whole(alive, [victim], "Lima")), (
        f"with {victim} dead, that is not what is left"
    )


@pytest.mark.hint("A driver has many words for 'unreachable': catch Exception, shard by shard.")
@pytest.mark.points(2)
def test_whatever_a_shard_raises(submission, rng):
    """Every kind of exception makes that shard missing, at once or late, and nothing else."""
    for failure in FAILURES:
        first, last = sorted(words(rng, 2))
        some, more = users(rng, 5), users(rng, 5)
        more = [user for user in more if user["_id"] not in {one["_id"] for one in some}]
        shards = [[last, 0.05, failure], ["m", 0.15, some], [first, 0, failure], ["n", 0, more]]
        got = submission.call("play", shards, {}, 3.0)
        assert same(got, whole([some, more], [first, last])), (
            f"two of four shards raised {failure}, and the answer was {got}"
        )


@pytest.mark.hint("sorted() is all it takes: who died first says nothing.")
@pytest.mark.points(1)
def test_the_missing_are_in_alphabetical_order(submission, rng, rig, placed):
    """Names are in order, those that raised and those that were too slow together."""
    rig.fire("kill", shard="shard-3")
    rig.fire("kill", shard="shard-1")
    got = submission.call("find", {"city": "Lima"}, 3.0, order=["shard-3", "shard-1", "shard-2"])
    assert same(got, whole([placed["shard-2"]], ["shard-1", "shard-3"], "Lima")), "two were dead"
    names = words(rng, 6)
    shards = [[name, *rng.choice([(0, "ValueError"), (1.2, [])])] for name in names]
    got = submission.call("play", shards, {}, 0.4)
    assert same(got, whole([], names)), "nobody answered in time: not all are named, in order"


@pytest.mark.hint("Wait for all answers with one timeout, and leave the late threads behind.")
@pytest.mark.points(2)
def test_a_paused_shard_costs_patience_and_no_more(submission, rng, rig, placed):
    """A database that takes the question and never answers is given up after `patience`."""
    victim = rng.choice(NAMES)
    submission.call("connect")
    rig.fire("pause", shard=victim)
    alive = [placed[name] for name in NAMES if name != victim]
    wanted = whole(alive, [victim], "Oslo")
    why = f"with {victim} paused and a patience of 1 s"
    in_time(submission, 1.4, wanted, why, "find", {"city": "Oslo"}, 1.0)


@pytest.mark.hint(
    "One deadline is for all of them: three slow shards are no reason to wait thrice."
)
@pytest.mark.points(2)
def test_patience_is_for_the_whole_call(submission, rng):
    """However many shards are slow, the call is back after `patience`, with the others' users."""
    names, some = words(rng, 6), users(rng, 8)
    patience = rng.choice([0.5, 0.6, 0.7])
    shards = [[name, 2, [{"_id": -1}]] for name in names[:5]] + [[names[5], 0, some]]
    rng.shuffle(shards)
    why = f"with five of six shards slow and a patience of {patience} s"
    at_most = patience + 0.35
    in_time(submission, at_most, whole([some], names[:5]), why, "play", shards, {}, patience)


@pytest.mark.hint("Who answers before the time is over has answered, however late.")
@pytest.mark.points(1)
def test_who_answers_within_the_patience_is_not_missing(submission, rng):
    """An answer after two thirds of the patience counts; so it does when patience is not given."""
    names, some, more = words(rng, 3), users(rng, 4), [{"_id": -3, "city": "Rome"}]
    shards = [[names[0], 1.0, some], [names[1], 0, more], [names[2], 2.4, []]]
    got = submission.call("play", shards, {}, 1.6)
    assert same(got, whole([some, more], [names[2]])), (
        "answers after 0 and 1 s, a patience of 1.6 s"
    )
    shards = [[names[0], 0.6, some], [names[1], 2.2, more]]
    got = submission.call("play", shards, {})
    assert same(got, whole([some], [names[1]])), "answers after 0.6 and 2.2 s, and patience is 1 s"


@pytest.mark.hint("Give every shard a thread of its own; asked in turn, the times add up.")
@pytest.mark.points(2)
def test_all_are_asked_at_once(submission, rng):
    """Forty shards that take 0.4 s each take about as long as one."""
    everybody, names = users(rng, 80), words(rng, 40)
    shards = [[name, 0.4, everybody[n::40]] for n, name in enumerate(names)]
    wanted = whole([everybody])
    in_time(submission, 0.74, wanted, "with 40 shards that take 0.4 s", "play", shards, {}, 5.0)


@pytest.mark.hint("With no shards there is nothing to wait for; a pool needs at least one thread.")
@pytest.mark.points(1)
def test_no_shards_at_all(submission):
    """Asking nobody is complete and empty."""
    got = submission.call("play", [], {}, 1.0)
    assert same(got, whole([])), f"without shards, the answer was {got}"


@pytest.mark.hint("Hand the query on as it is.")
@pytest.mark.points(1)
def test_the_query_reaches_every_shard(submission, rng, placed):
    """Only users that the query names are found, on every shard."""
    for user in [rng.choice(some) for some in placed.values()]:
        got = submission.call("find", {"_id": user["_id"]}, 3.0)
        assert same(got, whole([[user]])), f"asked for user {user['_id']}, that is not who came"
