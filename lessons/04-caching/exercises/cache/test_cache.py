"""What the decorator must do, watched from the origin and from Redis."""

import time

import pytest

from course.judge.compare import same

LATEST_SECONDS = 1.8  # one second late, and some room for a busy machine


@pytest.fixture(autouse=True)
def working_system(rig):
    rig.fire("fresh")


@pytest.fixture
def read(submission):
    def read(function, *args, ttl=60, **kwargs):
        return submission.call("read", function, list(args), kwargs, ttl)

    return read


def word(rng):
    return "".join(rng.choices("abcdefghij", k=10))


@pytest.mark.hint("Before calling the function, ask the store for a copy; after, leave one there.")
@pytest.mark.points(2)
def test_second_call_is_served_from_redis(read, rig, rng):
    """Called twice with the same arguments, the function runs once and both answers are its own."""
    answer = {"name": word(rng), "price": rng.randint(1, 999), "tags": [None, True, 1.5]}
    rig.fire("say", answer=answer)
    key = word(rng)
    first, second = read("product", key, lang="de"), read("product", key, lang="de")
    assert same(first, answer), "the first answer is not what the function returned"
    assert same(second, answer), "the second answer is not what the function had returned"
    calls = rig.fire("calls")
    assert calls == 1, f"the function ran {calls} times for two equal calls"


@pytest.mark.hint("A dictionary lives in one process only. Where do all processes look?")
@pytest.mark.points(1)
def test_processes_share_the_copies(submission, read, rig, rng):
    """What one process remembered, another process finds."""
    rig.fire("say", answer=word(rng))
    key = word(rng)
    first = read("product", key)
    submission.restart()
    assert same(read("product", key), first), "the other process got another answer"
    calls = rig.fire("calls")
    assert calls == 1, f"two processes ran the function {calls} times for the same arguments"


@pytest.mark.hint("Give the copy its expiry in the same command that stores it: SET has an option.")
@pytest.mark.points(1)
def test_redis_ends_every_copy_after_the_ttl(read, rig, rng):
    """Every copy carries an expiry of `ttl` seconds; after that the function runs again."""
    ttl = rng.randint(20, 900)
    rig.fire("say", answer=word(rng))
    key = word(rng)
    read("product", key, ttl=ttl)
    lifetimes = rig.fire("lifetimes")
    assert lifetimes, "there is no copy in Redis"
    assert -1 not in lifetimes, "a copy has no expiry: it will be served for ever"
    longest = max(lifetimes) / 1000
    assert ttl - 15 < longest <= ttl, f"ttl={ttl}, but the copy lives for {longest:.1f} s"
    rig.fire("expire")
    rig.fire("say", answer="changed")
    assert same(read("product", key, ttl=ttl), "changed"), "an old answer outlived its copy"


@pytest.mark.hint("What makes two calls the same? The function, its arguments, and their types.")
@pytest.mark.points(1)
def test_different_calls_have_different_copies(read, rig, rng):
    """1 is not "1", lang="de" is not lang="en", and product(1) is not price(1)."""
    number = rng.randint(1, 999)
    calls = [
        ("product", [number], {}),
        ("product", [str(number)], {}),
        ("product", [number], {"lang": "de"}),
        ("product", [number], {"unit": "de"}),
        ("price", [number], {}),
        ("product", [f"{number}:a", "b"], {}),
        ("product", [number, "a:b"], {}),
        ("product", [f"{number}:a:b"], {}),
    ]
    for function, args, kwargs in calls:
        mark = word(rng)
        rig.fire("say", answer=mark)
        shown = f"{function}(*{args}, **{kwargs})"
        assert same(read(function, *args, **kwargs), mark), f"{shown} got another call's answer"


@pytest.mark.hint("The order in which keyword arguments are written says nothing.")
@pytest.mark.points(1)
def test_order_of_keywords_does_not_matter(read, rig, rng):
    """The same keyword arguments in another order are the same call."""
    rig.fire("say", answer=word(rng))
    key = word(rng)
    read("product", key, lang="de", unit="usd")
    read("product", key, unit="usd", lang="de")
    calls = rig.fire("calls")
    assert calls == 1, f"the function ran {calls} times: the keywords only changed places"


@pytest.mark.hint("None, 0 and [] are false. What tells 'no copy' from 'a copy of None'?")
@pytest.mark.points(1)
@pytest.mark.parametrize(
    "answer", [None, 0, False, "", []], ids=["none", "zero", "false", "no text", "empty list"]
)
def test_empty_answers_are_remembered(read, rig, rng, answer):
    """None, 0, False, "" and [] are answers too: they are remembered as they are."""
    rig.fire("say", answer=answer)
    key = word(rng)
    read("product", key)
    again = read("product", key)
    assert same(again, answer), f"the function returned {answer!r}, the copy says {again!r}"
    calls = rig.fire("calls")
    assert calls == 1, f"the answer was {answer!r}, and the function ran {calls} times"


@pytest.mark.hint("Let the function's own exception through; catch only what the store raises.")
@pytest.mark.points(1)
def test_errors_are_passed_on_and_not_remembered(submission, read, rig, rng):
    """When the function raises, so does the decorated one, after one call; later it may succeed."""
    key = word(rng)
    rig.fire("say", works=False)
    failure = submission.failure("read", "product", [key], {}, 60)
    assert failure.kind == "exception", "the function raised, and its exception got lost"
    assert "out of order" in failure.message, f"another exception came out: {failure.message}"
    calls = rig.fire("calls")
    assert calls == 1, f"the function raised, and was called {calls} times"
    rig.fire("say", answer="mended")
    assert same(read("product", key), "mended"), "the failure was remembered"


def answers_without_redis(read, rig, rng, why):
    """Two calls must both get through to the function, soon, and once each."""
    for _ in range(2):
        answer = word(rng)
        rig.fire("say", answer=answer)
        started = time.monotonic()
        value = read("product", word(rng))
        seconds = time.monotonic() - started
        assert same(value, answer), f"{why}, and the answer was not the function's"
        calls = rig.fire("calls")
        assert calls == 1, f"{why}, and one call ran the function {calls} times"
        assert seconds < LATEST_SECONDS, f"{why}, and the answer took {seconds:.1f} s"


@pytest.mark.hint("Catch what the store raises, around GET and around SET, and nothing else.")
@pytest.mark.points(3)
def test_dead_redis_costs_no_answer(read, rig, rng):
    """Redis is killed: answers still come from the function, and copies again once it is back."""
    rig.fire("say", answer="before")
    read("product", "warm")
    rig.fire("calls")
    rig.fire("break_redis", how="kill")
    answers_without_redis(read, rig, rng, "Redis was dead")
    rig.fire("mend_redis")
    key = word(rng)
    read("product", key)
    read("product", key)
    calls = rig.fire("calls")
    assert calls == 1, "Redis came back, and was not used again"


@pytest.mark.hint("Nothing comes back, not even a refusal. How long do you wait, and how often?")
@pytest.mark.points(3)
def test_silent_redis_costs_no_answer(read, rig, rng):
    """Redis hangs and never replies: the answer comes from the function, at most a second late."""
    rig.fire("say", answer="before")
    read("product", "warm")
    rig.fire("calls")
    rig.fire("break_redis", how="pause")
    answers_without_redis(read, rig, rng, "Redis hung")


@pytest.mark.hint("Redis can refuse to store, with an error that is no connection error.")
@pytest.mark.points(2)
def test_full_redis_costs_no_answer(read, rig, rng):
    """Redis is full and refuses every SET: the answer comes from one call of the function."""
    rig.fire("break_redis", how="fill")
    answers_without_redis(read, rig, rng, "Redis was full")
