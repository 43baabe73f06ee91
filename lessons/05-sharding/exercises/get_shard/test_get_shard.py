import pytest

from course.judge.compare import same


def names(count):
    return [f"shard-{n}" for n in range(1, count + 1)]


@pytest.mark.hint("The remainder of the id by the number of shards is an index into the list.")
@pytest.mark.points(2)
def test_a_user_lies_at_its_remainder(submission, rng):
    """User `user_id` lies on shard number `user_id % N`, for any N."""
    for _ in range(40):
        shards, user = names(rng.randint(1, 12)), rng.randrange(10**9)
        got = submission.call("get_shard", user, shards)
        expected = shards[user % len(shards)]
        assert same(got, expected), f"of {len(shards)} shards, user {user} is not on {got!r}"


@pytest.mark.hint("Python's % of a negative number is never negative: use it as it is.")
def test_negative_ids_have_a_place_too(submission, rng):
    """A negative id lies where `%` says, like any other."""
    for _ in range(10):
        shards, user = names(rng.randint(3, 9)), -rng.randrange(1, 10**6)
        got = submission.call("get_shard", user, shards)
        assert same(got, shards[user % len(shards)]), f"user {user} is not on {got!r}"


@pytest.mark.hint("Turn text into a number first; hash() of a text differs in every process.")
def test_text_and_number_are_the_same_user(submission, rng):
    """`"42"` is user 42, in this router and in every other."""
    for _ in range(5):
        shards, user = names(7), rng.randrange(10**6)
        submission.restart()
        got = submission.call("get_shard", str(user), shards)
        assert same(got, shards[user % 7]), f"user {user} as text is not on {got!r}"


@pytest.mark.hint("An empty list has no remainder to take; say so with a ValueError.")
def test_no_shards_is_an_error(submission, rng):
    """Without shards there is nothing to return: ValueError."""
    failure = submission.failure("get_shard", rng.randrange(100), [])
    assert "ValueError" in failure.message, "an empty list of shards must be a ValueError"


@pytest.mark.hint("int() turns 1.5 into 1 without a word, and True is an int: refuse both.")
@pytest.mark.parametrize("user", ["x", "", "4.5", 1.5, None, True, [1]])
def test_what_is_no_id_is_an_error(submission, user):
    """An id that is no whole number is a ValueError, never a guess."""
    failure = submission.failure("get_shard", user, names(3))
    assert "ValueError" in failure.message, f"{user!r} is no user id"
