import pytest

from course.judge.compare import same

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NO_IDS = ["x", "", " ", "-", "4.5", "-0.5", "1 2", "12a", "a12", "1-1", "--1", "4,2", "None",
          "True", "nan", 1.5, -0.5, 0.25, None, True, False, [], [1], {}, {"id": 1}]  # fmt: skip


def names(rng, count):
    """Names that say nothing about their place."""
    words = set()
    while len(words) < count:
        words.add("".join(rng.choices(LETTERS, k=6)))
    return rng.sample(sorted(words), count)


def wrong(submission, questions):
    """The first question that was not answered as `%` says, with the answer; else None."""
    asked = [[as_sent, shards] for as_sent, _, shards in questions]
    answers = submission.call("find_all", asked)
    for (as_sent, user, shards), answer in zip(questions, answers, strict=True):
        if not same(answer, {"shard": shards[user % len(shards)]}):
            return f"of {len(shards)} shards, user {as_sent!r} is not on {answer}"
    return None


@pytest.mark.hint("The remainder of the id by the number of shards is an index into the list.")
@pytest.mark.points(2)
def test_a_user_lies_at_its_remainder(submission, rng):
    """User `user_id` lies on shard number `user_id % N`, for any N, whatever the names."""
    questions = []
    for count in range(1, 14):
        shards = names(rng, count)
        users = [*range(2 * count + 1), rng.randrange(10**9)]
        questions += [(user, user, shards) for user in users]
    found = wrong(submission, questions)
    assert found is None, found


@pytest.mark.hint("Integers have no largest one in Python: stay with them, floats lose digits.")
@pytest.mark.points(1)
def test_large_ids_lose_no_digit(submission, rng):
    """Ids of more than 16 digits have their place too, as numbers and as text."""
    questions = []
    for _ in range(20):
        shards, user = names(rng, rng.randint(2, 9)), rng.randrange(10**17, 10**30)
        questions += [(user, user, shards), (-user, -user, shards), (str(user), user, shards)]
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
        questions += [(user, user, shards) for user in users]
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
        questions += [(str(user), user, shards) for user in users]
    found = wrong(submission, questions)
    assert found is None, found


@pytest.mark.hint("An empty list has no remainder to take; say so with a ValueError.")
@pytest.mark.points(1)
def test_no_shards_is_an_error(submission, rng):
    """Without shards there is nothing to return: ValueError."""
    users = [0, rng.randrange(1, 100), -rng.randrange(1, 100), str(rng.randrange(100))]
    answers = submission.call("find_all", [[user, []] for user in users])
    for user, answer in zip(users, answers, strict=True):
        assert same(answer, {"refused": True}), f"without shards, {user!r} gave {answer}"


@pytest.mark.hint("int() turns 1.5 into 1 without a word, and True is an int: refuse both.")
@pytest.mark.points(1)
def test_what_is_no_id_is_an_error(submission, rng):
    """An id that is no whole number is a ValueError, never a guess."""
    questions = [[user, names(rng, count)] for user in NO_IDS for count in (1, 3)]
    answers = submission.call("find_all", questions)
    for (user, _), answer in zip(questions, answers, strict=True):
        assert same(answer, {"refused": True}), f"{user!r} is no user id, and gave {answer}"
