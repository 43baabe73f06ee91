"""What the decorator must do, watched from the origin and from Redis."""

import time

import pytest

from course.judge.compare import same


@pytest.fixture(autouse=True)
def working_system(rig):
    rig.fire("fresh")


@pytest.fixture
def read(submission):
    def read(function, *args, ttl=60, module="shop", **kwargs):
        return submission.call("read", function, list(args), kwargs, ttl, module)

    return read


def shown(call):
    function, args, kwargs = call
    return f"{function}(*{args}, **{kwargs})"


def word(rng):
    return "".join(rng.choices("abcdefghij", k=10))


@pytest.mark.hint("Before calling the function, ask the store for a copy; after, leave one there.")
@pytest.mark.points(2)
def test_second_call_is_served_from_redis(read, rig, rng):
    """Called again with the same arguments, the function runs once and all answers are its own."""
    answer = {"name": word(rng), "price": rng.randint(1, 999), "tags": [None, True, 1.5]}
    rig.fire("say", answer=answer)
    key = word(rng)
    for which in ("first", "second", "third"):
        got = read("product", key, lang="de")
        assert same(got, answer), f"the {which} answer is not what the function returned"
    calls = rig.fire("calls")
    assert calls == 1, f"the function ran {calls} times for three equal calls"


@pytest.mark.hint("Which kinds of value can be arguments? Each of them must find its copy again.")
@pytest.mark.points(1)
def test_every_kind_of_argument_finds_its_copy(submission, rig, rng):
    """Text, numbers, booleans and None, by position and by name: the same call, the same copy."""
    number = rng.randint(2, 999)
    arguments = [word(rng), "", "Zoë: 50 % \"off\"\n", number, -number, 0, number + 0.5,
                 True, False, None]  # fmt: skip
    calls = [("price", [one, word(rng)], {}) for one in arguments]
    calls += [("price", [word(rng)], {"lang": one}) for one in arguments]
    answers = [word(rng) for _ in calls]
    rig.fire("say_in_turn", answers=answers)
    got = submission.call("read_all", [one for one in calls for _ in range(2)])
    for call, wanted, first, second in zip(calls, answers, got[::2], got[1::2], strict=True):
        assert same(first, wanted), f"{shown(call)} did not get the function's answer"
        assert same(second, wanted), f"{shown(call)}, called again, did not find its copy"


@pytest.mark.hint("A dictionary lives in one process only. Where do all processes look?")
@pytest.mark.points(1)
def test_processes_share_the_copies(submission, read, rig, rng):
    """What one process remembered, another process finds, whatever its hash() is."""
    rig.fire("say", answer=word(rng))
    key = word(rng)
    first = read("product", key, lang="de")
    submission.restart()
    assert same(read("product", key, lang="de"), first), "the other process got another answer"
    again = ["product", [key], {"lang": "de"}, 60, rng.randrange(1, 10**6)]
    third = submission.call("read_elsewhere", *again)
    assert same(third, first), "the third process got another answer"
    calls = rig.fire("calls")
    assert calls == 1, f"three processes ran the function {calls} times for the same arguments"


@pytest.mark.hint("Give the copy its expiry in the same command that stores it: SET has an option.")
@pytest.mark.points(1)
def test_redis_ends_every_copy_after_the_ttl(read, rig, rng):
    """Every copy carries an expiry of `ttl` seconds; after that the function runs again."""
    for ttl in (rng.randint(20, 900), rng.randint(2, 19), 3600):
        rig.fire("fresh")
        rig.fire("say", answer=word(rng))
        key, started = word(rng), time.monotonic()
        read("product", key, ttl=ttl)
        lifetimes, elapsed = rig.fire("lifetimes"), time.monotonic() - started
        assert lifetimes, "there is no copy in Redis"
        assert -1 not in lifetimes, "a copy has no expiry: it will be served for ever"
        longest = max(lifetimes) / 1000
        assert ttl - elapsed - 0.01 <= longest <= ttl, (
            f"ttl={ttl}, but {elapsed:.1f} s later the copy lives for {longest:.1f} s"
        )
        rig.fire("expire")
        rig.fire("say", answer="changed")
        assert same(read("product", key, ttl=ttl), "changed"), "an old answer outlived its copy"


@pytest.mark.hint("Reading a copy must not touch its expiry: the price would never be looked up.")
@pytest.mark.points(1)
def test_reading_does_not_prolong_a_copy(read, rig, rng):
    """A copy that is read again and again still ends when its time is over."""
    rig.fire("say", answer=word(rng))
    key = word(rng)
    read("product", key)
    rig.fire("shorten", ms=20_000)
    read("product", key)
    read("product", key)
    longest = max(rig.fire("lifetimes"), default=0) / 1000
    assert longest <= 20, f"a copy had 20 s left; after it was read, it has {longest:.0f} s"


def different_calls(number):
    """Calls that must not share a copy."""
    text = str(number)
    return [
        *(("product", [one], {}) for one in (number, text, number + 0.5, -number, f" {text}")),
        *(("product", [one], {}) for one in ("true", "True", "None", "null", "", None, "a", "A")),
        *(("product", [text], {"lang": one}) for one in ("de", None, "None", "", 1, "1", False)),
        ("product", [text], {"unit": "de"}),
        ("product", [text], {"lang": "de", "unit": "usd"}),
        ("product", [text], {"lang": "usd", "unit": "de"}),
        ("price", [number], {}),
        ("product", [f"{number}:a", "b"], {}),
        ("product", [number, "a:b"], {}),
        ("product", [f"{number}:a:b"], {}),
        ("product", [f"{number}a", "b"], {}),
        ("product", [text, "ab"], {}),
        ("product", [f'{number}", "a'], {}),
        ("product", [text, "a", "c"], {}),
        ("product", [text, "lang=fr"], {}),
        ("product", ["x" * 600 + "1"], {}),
        ("product", ["x" * 600 + "2"], {}),
        ("named", [], {"a": "1"}),
        ("named", [], {"a": "1", "b": "2"}),
        ("named", [], {"a": "1&b=2"}),
        ("named", [], {"b": "1"}),
    ]


@pytest.mark.hint("What makes two calls the same? The function, its arguments, and their types.")
@pytest.mark.points(1)
def test_different_calls_have_different_copies(submission, rig, rng):
    """1 is not "1", lang="de" is not lang="en", and product(1) is not price(1)."""
    calls = different_calls(rng.randint(2, 999))
    answers = [word(rng) for _ in calls]
    rig.fire("say_in_turn", answers=answers)
    got = submission.call("read_all", calls)
    for call, wanted, found in zip(calls, answers, got, strict=True):
        assert same(found, wanted), f"{shown(call)} got another call's answer"


@pytest.mark.hint("A function's __module__ says where it is from; its name alone may come twice.")
@pytest.mark.points(1)
def test_functions_of_other_modules_are_others(submission, rig, rng):
    """shop.product(1) and stock.product(1) have nothing in common but the name."""
    key, answers = word(rng), {"shop": word(rng), "stock": word(rng)}
    for _ in range(2):
        for module, answer in answers.items():
            rig.fire("say", answer=answer)
            got = submission.call("read", "product", [key], {}, 60, module)
            assert same(got, answer), f"{module}.product got another function's answer"
        submission.restart()
    calls = rig.fire("calls")
    assert calls == 2, f"two functions were called twice each, and ran {calls} times"


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
def test_every_answer_is_remembered_as_it_is(submission, rig, rng):
    """None, 0, False, "" and [] are answers too, like everything that JSON can say."""
    answers = [None, 0, False, "", [], {}, True, 1, 1.0, -0.5, 10**20, "null", "0", '"x"',
               "Zoë 名前 \x00 \n", [[], {}, [None]], {"": {"a b": [1, "1", 1.5]}}]  # fmt: skip
    calls = [("product", [word(rng)], {}) for _ in answers]
    rig.fire("say_in_turn", answers=answers)
    got = submission.call("read_all", [one for one in calls for _ in range(2)])
    for wanted, first, again in zip(answers, got[::2], got[1::2], strict=True):
        assert same(first, wanted), f"the function returned {wanted!r}, the first answer {first!r}"
        assert same(again, wanted), f"the function returned {wanted!r}, the copy says {again!r}"
    calls = rig.fire("calls")
    assert calls == len(answers), f"{len(answers)} answers, and the function ran {calls} times"


KINDS = {"lookup": "LookupError", "redis": "ConnectionError", "os": "ConnectionResetError",
         "value": "ValueError"}  # fmt: skip


@pytest.mark.hint("Let the function's own exception through; catch only what the store raises.")
@pytest.mark.points(1)
def test_errors_are_passed_on_and_not_remembered(submission, rig, rng):
    """The function's exception comes out, after one call; later it may succeed."""
    rig.fire("fresh")
    for said, kind in KINDS.items():
        fails_with(submission, rig, rng, said, kind)
    rig.fire("break_redis", how="kill")
    for said, kind in list(KINDS.items())[:2]:
        fails_with(submission, rig, rng, said, kind)


def fails_with(submission, rig, rng, said, kind):
    """The function raises, and succeeds the next time."""
    key = word(rng)
    rig.fire("calls")
    rig.fire("say", answer=said, works=False)
    failure = submission.call("fails", "product", [key], {}, 60)
    assert failure is not None, "the function raised, and its exception got lost"
    assert same(failure, [kind, "the origin is out of order"]), f"it raised {failure}"
    calls, lifetimes = rig.fire("calls"), rig.fire("lifetimes")
    assert calls == 1, f"the function raised, and was called {calls} times"
    assert lifetimes == [], "the function raised, and something was remembered"
    rig.fire("say", answer="mended")
    got = submission.call("read", "product", [key], {}, 1)
    assert same(got, "mended"), "the failure was remembered"
    rig.fire("expire")
