"""The rules of the task in exact arithmetic, and for each rule pods where another rule shows."""

from fractions import Fraction
from itertools import product
from math import ceil

import pytest

from course.judge.compare import same

TARGETS = (30, 50, 60, 80, 100, 110, 150, 300)
REQUESTS = (100, 130, 200, 250, 333, 500)
SMALL = (3, 5, 7, 9, 11, 13)  # where a cut shows
LEVELS = (0, 20, 40, 60, 75, 80, 85, 90, 95, 100, 105, 108, 115, 130, 170, 250, 400)
ALONE, STARTING, UNKNOWN, LEAVING = {}, {"unready": 4}, {"unmeasured": 3}, {"leaving": 3}
BOTH = {"unready": 3, "unmeasured": 3}
ANY = (ALONE, STARTING, UNKNOWN, BOTH)
MOST_TRIES = 20_000  # to find pods where a rule shows


def pod(state, usage, request):
    return {"state": state, "usage": usage, "request": request}


# -- the rules, each of which can be exchanged for another


def is_close(ratio):
    return Fraction(9, 10) <= ratio <= Fraction(11, 10)


def percent(used, requested):
    return 100 * used // requested


def full(request, target):
    return request * max(100, target) // 100


def guessed(first, unmeasured, unready, guess):
    """What is added to the pods that can tell: (usage, request) of each."""
    if first > 1:
        return [(0, request) for _, request in unmeasured + unready]
    return [(guess(request), request) for _, request in unmeasured] if first < 1 else []


def has_turned(first, again):
    return first < 1 < again or again < 1 < first


def goes_against(again, replicas, current):
    return (again < 1 and replicas > current) or (again > 1 and replicas < current)


def multiplied(ratio, counted, _current, _ready):
    return ceil(ratio * counted)


RULES = {
    "close": is_close, "percent": percent, "ratio": Fraction, "full": full, "guessed": guessed,
    "turned": has_turned, "against": goes_against, "replicas": multiplied,
    "needed": lambda unmeasured, unready, first: bool(unmeasured or (unready and first > 1)),
    "again": percent,
}  # fmt: skip


def counts(how):
    """A rule that multiplies otherwise: by ratio, counted pods, `current`, ready pods."""
    return {"replicas": how}


def truth(current, target, pods, **other):
    """What the task's rules ask for, or these other rules instead of some of them."""
    how = {**RULES, **other}
    by = {state: [(one["usage"], one["request"]) for one in pods if one["state"] == state]
          for state in ("ready", "unready", "unmeasured")}  # fmt: skip
    ready, unready, unmeasured = by.values()
    if any(request is None for _, request in ready + unready + unmeasured) or not ready:
        return None

    def ratio_of(pairs, cut):
        return how["ratio"](cut(*map(sum, zip(*pairs, strict=True))), target)

    first = ratio_of(ready, how["percent"])
    if not how["needed"](unmeasured, unready, first):
        wanted = how["replicas"](first, len(ready), current, len(ready))
        return current if how["close"](first) else wanted
    guesses = how["guessed"](first, unmeasured, unready, lambda one: how["full"](one, target))
    counted = ready + guesses
    again = ratio_of(counted, how["again"])
    wanted = how["replicas"](again, len(counted), current, len(ready))
    refused = how["turned"](first, again) or how["against"](again, wanted, current)
    return current if refused or how["close"](again) else wanted


# -- ways to compute the same with floats

FLOATS = (
    {"percent": lambda used, requested: int(used / requested * 100)},
    {"again": lambda used, requested: int(used / requested * 100)},
    {"full": lambda request, target: int(request * (max(100, target) / 100))},
    {"ratio": lambda used, target: used / target},
    {"close": lambda ratio: abs(float(ratio) - 1) <= 0.1},
)
WAYS = ({}, *FLOATS, {**FLOATS[3], **FLOATS[4]}, {k: v for one in FLOATS for k, v in one.items()})


def is_plain(case):
    """Whether all ways to compute lead to the same."""
    return len({truth(*case, **way) for way in WAYS}) == 1


# -- drawing pods


def drawn(rng, requests=REQUESTS, **more):
    """Pods that are ready, and as many others of each state as asked for at most."""
    target, level = rng.choice(TARGETS), rng.choice(LEVELS)
    requests = rng.sample(requests, rng.randint(1, 3))
    pods = []
    for state, most in {"ready": 6, **more}.items():
        for _ in range(rng.randint(1, most)):
            request = rng.choice(requests)
            usage = request * target * level // 10_000
            if state != "ready" or rng.random() < 0.4:
                usage = rng.randint(0, 3 * request)
            if state == "unmeasured" or (state == "leaving" and rng.random() < 0.3):
                usage = None
            pods.append(pod(state, usage, request))
    rng.shuffle(pods)
    return rng.randint(1, 14), target, pods


def shows(rng, count, rule, **more):
    """So many cases in which another rule than the task's leads elsewhere."""
    found = []
    for _ in range(MOST_TRIES):
        case = drawn(rng, **more)
        if truth(*case) != truth(*case, **rule) and is_plain(case):
            found.append(case)
            if len(found) == count:
                return found
    raise RuntimeError(f"{len(found)} cases of {count} for {list(rule)}")


@pytest.fixture
def sees(submission, rng):
    """Checks some cases of each mixture in which one of these rules would lead elsewhere."""

    def check(*rules, mixtures=ANY, count=4, **how):
        for rule, more in product(rules, mixtures):
            agrees(submission, shows(rng, count, rule, **how, **more))

    return check


def agrees(submission, cases):
    for current, target, pods in cases:
        expected = truth(current, target, pods)
        got = submission.call("desired_replicas", current, target, pods)
        told = [f"{one['state']} {one['usage']}/{one['request']}" for one in pods]
        assert same(got, expected), (
            f"{current} replicas at a target of {target} % gave {got}, not {expected}; "
            f"the pods (usage/request): {', '.join(told)}"
        )


@pytest.mark.hint("Ready pods times utilization, divided by the target, rounded up.")
@pytest.mark.points(2)
def test_the_formula(submission, sees):
    """Pods that are all ready: ready pods x utilization / target, rounded up."""
    agrees(submission, [(1, 50, [pod("ready", 1000, 200)]), (9, 50, [pod("ready", 0, 200)] * 3)])
    roundings = [
        counts(lambda ratio, count, *_: round(ratio * count)),
        counts(lambda ratio, count, *_: int(ratio * count)),
        counts(lambda ratio, count, *_: int(ratio * count) + 1),
    ]
    sees(*roundings, mixtures=[ALONE], count=8)
    bounds = [
        counts(lambda r, n, now, _: min(ceil(r * n), max(2 * now, 4))),
        counts(lambda r, n, *_: min(ceil(r * n), 10)),
        counts(lambda r, n, *_: max(1, ceil(r * n))),
    ]
    sees(*bounds, mixtures=[ALONE], count=3)


@pytest.mark.hint("A ratio from 0.9 to 1.1 is close enough, and leaves `current` as it is.")
def test_close_enough_is_left_alone(submission, rng):
    """Within 10 % of the target `current` is returned; beyond it, it is not."""
    for target in (100, 10 * rng.randint(3, 9), 200):
        for level in range(80, 121):
            request, count = rng.choice((100, 200, 300)), rng.randint(3, 9)
            pods = [pod("ready", request * (target * level // 100) // 100, request)] * count
            case = rng.choice((count, count + 3, 2)), target, pods
            agrees(submission, [case] if is_plain(case) else [])


@pytest.mark.hint("All usage in percent of all requests, cut before you divide by the target.")
def test_utilization_is_a_whole_percentage(submission, rng, sees):
    """Usage of all in percent of the requests of all, and 20.9 % is 20 %."""
    uncut = {"percent": lambda used, requested: Fraction(100 * used, requested)}
    nearest = {"percent": lambda used, requested: round(100 * used / requested)}
    higher = {"percent": lambda used, requested: -(-100 * used // requested)}
    sees(uncut, nearest, higher, mixtures=[ALONE], count=8)
    one, large = rng.randint(60, 90), rng.choice((800, 1600))
    agrees(submission, [(2, 50, [pod("ready", one, 100), pod("ready", 10, large)])])


@pytest.mark.hint("Multiply by the pods that were counted; `current` may be another number.")
def test_the_ready_pods_are_multiplied(sees):
    """`current` differs from the pods that count while some start, leave, or wait."""
    sees(counts(lambda ratio, _, now, __: ceil(ratio * now)), mixtures=[*ANY, LEAVING], count=6)


@pytest.mark.hint("Pods that are leaving are neither ready nor unmeasured: leave them out first.")
def test_pods_that_leave_do_not_count(submission, rng):
    """A pod that is being deleted changes nothing, whatever it uses."""
    for more in ANY * 8:
        current, target, pods = drawn(rng, **more)
        leaving = [pod("leaving", rng.choice((None, 0, 50, 9000)), rng.choice(REQUESTS))
                   for _ in range(rng.randint(1, 4))]  # fmt: skip
        case = current, target, rng.sample(pods + leaving, len(pods) + len(leaving))
        agrees(submission, [case] if is_plain(case) else [])


@pytest.mark.hint("Nothing has to be guessed: no guess, and nothing of rule 5.")
def test_without_a_guess_the_step_is_as_it_is(sees):
    """With nothing to guess the result may be on the other side of `current`."""

    def shy(ratio, counted, current, _ready):
        wanted = ceil(ratio * counted)
        return current if goes_against(ratio, wanted, current) else wanted

    sees(counts(shy), mixtures=(ALONE, LEAVING, STARTING), count=8)


@pytest.mark.hint("On the way up, pods that are starting count, with a usage of 0.")
@pytest.mark.points(2)
def test_pods_that_start_make_a_step_up_smaller(sees):
    """Unready pods use nothing above the target, and stay out otherwise."""

    def busy(first, unmeasured, unready, guess):
        return guessed(first, unmeasured, [], guess) + unready

    def forgotten(first, unmeasured, _unready, guess):
        return guessed(first, unmeasured, [], guess)

    def idle_below(first, unmeasured, unready, guess):
        idle = [(0, request) for _, request in unready if first < 1]
        return guessed(first, unmeasured, unready, guess) + idle

    sees({"guessed": busy}, {"guessed": forgotten}, mixtures=(STARTING, BOTH), count=6)
    sees({"guessed": idle_below}, mixtures=[BOTH], count=8)
    always = {"needed": lambda unmeasured, unready, _: bool(unmeasured or unready)}
    sees({**always, "guessed": busy}, {**always, "guessed": idle_below}, mixtures=[STARTING])


@pytest.mark.hint("Be careful in both directions: nothing on the way up, a lot on the way down.")
@pytest.mark.points(2)
def test_unmeasured_pods_are_guessed_with_care(sees):
    """Unmeasured: 0 above the target, max(100, target) % of the request below it."""

    def forgotten(first, _unmeasured, unready, guess):
        return guessed(first, [], unready, guess)

    def busy_above(first, unmeasured, unready, guess):
        busy = [(guess(request), request) for _, request in unmeasured if first != 1]
        return guessed(first, [], unready, guess) + busy

    below = [
        {"full": lambda request, _: request},
        {"full": lambda request, target: request * target // 100},
        {"full": lambda request, target: request * min(100, target) // 100},
        {"full": lambda _request, _target: 0},
    ]
    others = [{"guessed": forgotten}, {"guessed": busy_above}]
    sees(*below, *others, mixtures=(UNKNOWN, BOTH))
    uncut = {"full": lambda request, target: Fraction(request * max(100, target), 100)}
    higher = {"full": lambda request, target: -(-request * max(100, target) // 100)}
    sees(uncut, higher, mixtures=[UNKNOWN], count=3, requests=SMALL)


@pytest.mark.hint("Neither above 1 nor below it: nobody is guessed.")
def test_at_exactly_the_target_nothing_is_guessed(sees):
    """At a ratio of exactly 1 unmeasured and unready pods stay out, and `current` stays."""

    def idle(first, unmeasured, unready, guess):
        at_one = [(0, request) for _, request in unmeasured + unready if first == 1]
        return guessed(first, unmeasured, unready, guess) + at_one

    def busy(first, unmeasured, unready, guess):
        at_one = [(guess(request), request) for _, request in unmeasured if first == 1]
        return guessed(first, unmeasured, unready, guess) + at_one

    sees({"guessed": idle}, {"guessed": busy}, mixtures=(UNKNOWN, BOTH), count=5)
    reached = {"needed": lambda _unmeasured, unready, first: bool(unready) and first >= 1}
    sees({**reached, "guessed": idle}, mixtures=[STARTING])


@pytest.mark.hint("With the guesses in, begin again: usage, requests, percent, ratio and pods.")
def test_the_guesses_count_like_the_others(sees):
    """Utilization is cut again, and the pods that now count are multiplied."""
    uncut = {"again": lambda used, requested: Fraction(100 * used, requested)}
    by_ready = counts(lambda ratio, _counted, _current, ready: ceil(ratio * ready))
    sees(uncut, by_ready, mixtures=(UNKNOWN, STARTING, BOTH))


@pytest.mark.hint("Compare the new ratio with the old one before you believe it.")
@pytest.mark.points(2)
def test_a_guess_never_turns_a_step_round(sees):
    """When a guess leads near the target, across it, or away from `current`, nothing is done."""
    turned_down = {"turned": lambda first, again: first < 1 < again}
    turned_up = {"turned": lambda first, again: again < 1 < first}
    up = {"against": lambda again, replicas, current: again > 1 and replicas < current}
    down = {"against": lambda again, replicas, current: again < 1 and replicas > current}
    exactly = {"close": lambda ratio: ratio == 1}
    sees(turned_down, turned_up, up, down, exactly, mixtures=(UNKNOWN, BOTH))
    edge = {"close": lambda ratio: Fraction(9, 10) < ratio <= Fraction(11, 10)}
    sees(edge, mixtures=[UNKNOWN], count=2)
    sees(turned_down, mixtures=[STARTING])


@pytest.mark.hint("Return None before you compute anything.")
def test_without_numbers_there_is_no_answer(submission, rng):
    """No request in one pod, or no ready pod, is None: not 0, and no guess."""
    for state in ("ready", "unready", "unmeasured") * 4:
        current, target, pods = drawn(rng, **BOTH, **LEAVING)
        lacking = rng.choice([one for one in pods if one["state"] == state])
        lacking["request"] = None
        agrees(submission, [(current, target, pods)])
    others = [pod("unready", 200, 200), pod("unmeasured", None, 200), pod("leaving", 90, 200)]
    for some in ([], others[:1], others[1:2], others[2:], others):
        agrees(submission, [(rng.randint(0, 9), 50, some)])


@pytest.mark.hint("Take the failing case through the five rules by hand, in their order.")
@pytest.mark.points(2)
def test_all_of_it_together(submission, rng):
    """Any mixture of pods, requests and targets follows the rules."""
    states = ("unready", "unmeasured", "leaving")
    for _ in range(120):
        case = drawn(rng, **{state: rng.randint(1, 3) for state in states if rng.random() < 0.6})
        agrees(submission, [case] if is_plain(case) else [])
