import pytest

from course.judge.compare import same

NO_IDS = ["x", "", " ", "-", "4.5", "-0.5", "1 2", "12a", "a12", "1-1", "--1", "4,2", "None",
          "True", "nan", 1.5, -0.5, 0.25, None, True, False, [], [1], {}, {"id": 1}]  # fmt: skip


def names(rng, count):
    """Names that say nothing about their place."""
    return [f"{number:06x}" for number in rng.sample(range(16**6), count)]


def wrong(submission, questions):
    """The first user who is not where `%` says, with the answer; else None.

    A question is a list of shards, users as they are sent, and the numbers that they stand for.
    """
    answers = submission.call("find_all", [[shards, sent] for shards, sent, _ in questions])
    for (shards, sent, users), found in zip(questions, answers, strict=True):
        for as_sent, user, answer in zip(sent, users, found, strict=True):
            if not same(answer, {"shard": shards[user % len(shards)]}):
                return f"of {len(shards)} shards, user {as_sent!r} is not on {answer}"
    return None


def not_refused(submission, questions):
    """The first answer that is not the ValueError which was asked for, in words; else None."""
    answers = submission.call("find_all", questions)
    for (shards, users), found in zip(questions, answers, strict=True):
        for user, answer in zip(users, found, strict=True):
            if not same(answer, {"refused": True}):
                return f"on a list of {len(shards)}, {user!r} gave {answer}"
    return None


@pytest.mark.hint("The remainder of the id by the number of shards is an index into the list.")
@pytest.mark.points(2)
def test_a_user_lies_at_its_remainder(submission, rng):
    """User `user_id` lies on shard number `user_id % N`, for any N, whatever the names."""
    questions = []
    for count in range(1, 14):
        shards = names(rng, count)
        users = [*range(2 * count + 1), rng.randrange(10**9)]
        questions.append((shards, users, users))
    found = wrong(submission, questions)
    assert found is None, found


@pytest.mark.hint("Integers have no largest one in Python: stay with them, floats lose digits.")
@pytest.mark.points(1)
def test_large_ids_lose_no_digit(submission, rng):
    """Ids of more than 16 digits have their place too, as numbers and as text."""
    questions = []
    for _ in range(20):
        shards, user = names(rng, rng.randint(2, 9)), rng.randrange(10**17, 10**30)
        questions.append((shards, [user, -user, str(user)], [user, -user, user]))
    found = wrong(submission, questions)
    assert found is None, found


@pytest.mark.hint("Python's % of a negative number is never negative: use it as it is.")
@pytest.mark.points(1)
def test_negative_ids_have_a_place_too(submission, rng):
    """A negative id lies where `%` says, like any other."""
    questions = []
    for count in range(2, 10):
        shards = names(rng, count)
        users = [*range(-2 * count - 1, 0), -rng.randrange(1, 10**6)]
        questions.append((shards, users, users))
    found = wrong(submission, questions)
    assert found is None, found


@pytest.mark.hint("Turn text into a number first; hash() of a text differs in every process.")
@pytest.mark.points(1)
def test_text_and_number_are_the_same_user(submission, rng):
    """`"42"` is user 42, and `"-42"` user -42, in this router and in every other."""
    questions = []
    for _ in range(3):
        shards = names(rng, 7)
        users = [0, rng.randrange(1, 10), *(rng.randrange(-(10**6), 10**6) for _ in range(20))]
        questions.append((shards, [str(user) for user in users], users))
    found = wrong(submission, questions)
    assert found is None, found


@pytest.mark.hint("An empty list has no remainder to take; say so with a ValueError.")
@pytest.mark.points(1)
def test_no_shards_is_an_error(submission, rng):
    """Without shards there is nothing to return: ValueError."""
    users = [0, rng.randrange(1, 100), -rng.randrange(1, 100), str(rng.randrange(100))]
    found = not_refused(submission, [[[], users]])
    assert found is None, found


@pytest.mark.hint("int() turns 1.5 into 1 without a word, and True is an int: refuse both.")
@pytest.mark.points(1)
def test_what_is_no_id_is_an_error(submission, rng):
    """An id that is no whole number is a ValueError, never a guess."""
    found = not_refused(submission, [[names(rng, count), NO_IDS] for count in (1, 3)])
    assert found is None, found
