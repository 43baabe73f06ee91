"""Burn rates, what is left of the budget, and who is woken, held to exact arithmetic."""

import itertools
import math
from fractions import Fraction

import pytest

MINUTE, HOUR, DAY = 60, 3_600, 86_400
RULES = [  # the answer, the long window, the short one, the rate
    ("page", HOUR, 5 * MINUTE, Fraction("14.4")),
    ("page", 6 * HOUR, 30 * MINUTE, Fraction(6)),
    ("ticket", 3 * DAY, 6 * HOUR, Fraction(1)),
]
WINDOWS = [5 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, 3 * DAY]
SAID = {"page": "page", "ticket": "ticket", "": "nobody is woken"}
FINE = (0.9375, 0.96875, 0.984375)  # 1 - objective is a half of a half of a half...: exact


@pytest.fixture
def objective(rng):
    return rng.choice([0.9, 0.95, 0.97, 0.99, 0.995])


@pytest.fixture
def now(rng):
    return rng.randint(10**6, 10**7)


def allowed(objective):
    """The share that may fail, exactly."""
    return 1 - Fraction(str(objective))


def rate_of(requests, objective, now, seconds):
    """The burn rate, exactly."""
    seen = [good for at, good in requests if now - seconds < at <= now]
    return Fraction(seen.count(False), len(seen)) / allowed(objective) if seen else Fraction(0)


def rates_of(requests, objective, now):
    """The rates of all windows."""
    return {seconds: rate_of(requests, objective, now, seconds) for seconds in WINDOWS}


def due(rates):
    """What an alert must say."""
    for answer, long, short, least in RULES:
        if rates[long] >= least and rates[short] >= least:
            return answer
    return ""


def is_on_the_edge(rates):
    """Whether the last digit of a float decides; rates of exactly 6 or 1 are asked for apart."""
    rules = itertools.product(rates.values(), (least for _, _, _, least in RULES))
    return any(abs(rate - least) < Fraction(1, 10**6) for rate, least in rules)


def near(value, expected):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value - float(expected)) <= 1e-9 * max(1, abs(float(expected)))


@pytest.fixture
def between(rng, now):
    """So many requests that came within (now - older, now - younger], its newest edge included."""

    def between(older, younger, good, bad):
        return [
            [now - rng.choice((younger, rng.uniform(younger, older - 0.01))), n < good]
            for n in range(good + bad)
        ]

    return between


def beside(least, objective, total, above):
    """How many of so many fail, so that the rate is just above or just below `least`."""
    exact = least * allowed(objective) * total
    return math.floor(exact) + 1 if above else math.ceil(exact) - 1


def told(rates):
    """The rates of all windows, for a learner."""
    names = ("5 minutes", "30 minutes", "1 hour", "6 hours", "3 days")
    return ", ".join(
        f"{float(rate):.3f} in {name}" for rate, name in zip(rates.values(), names, strict=True)
    )


@pytest.fixture
def alerts(submission, now):
    """Asks for alerts, and holds each to the rules; cases are (requests, objective, why)."""

    def check(*cases):
        asked = [[requests, objective, now] for requests, objective, _ in cases]
        answers = submission.call("alerts", asked)
        assert isinstance(answers, list), "alert() fails"
        for (requests, objective, why), said in zip(cases, answers, strict=True):
            rates = rates_of(requests, objective, now)
            expected = due(rates)
            assert type(said) is str, f"{why}: an alert is a text, not {said!r}"
            assert said == expected, (
                f"{why}, with an objective of {objective} it burns at"
                f" {told(rates)}: {SAID[expected]}, not {said!r}"
            )

    return check


# -- the rate and the budget


@pytest.mark.hint("Divide the share that failed by 1 - objective.")
@pytest.mark.points(2)
def test_burn_rate_counts_in_budgets(submission, rng, now, between):
    """The burn rate is the share that failed in the window, divided by the share that may fail."""
    for objective in (0.5, 0.9, 0.95, 0.99, 0.995, 0.999):
        good, bad, seconds = rng.randint(0, 300), rng.randint(1, 90), rng.randint(20, 5000)
        requests = between(seconds, 0, good, bad)
        rng.shuffle(requests)
        rate = submission.call("burn_rate", requests, objective, now, seconds)
        expected = Fraction(bad, good + bad) / allowed(objective)
        assert near(rate, expected), (
            f"{bad} of {good + bad} failed with an objective of {objective}:"
            f" {float(expected):.6f}, not {rate}"
        )


@pytest.mark.hint("After now - seconds, and not after now. Requests come in no order.")
@pytest.mark.points(2)
def test_only_the_window_counts(submission, rng, objective, now, between):
    """What happened before the window, at its very beginning, or after `now`, does not count."""
    seconds = rng.randint(100, 5000)
    inside = between(seconds, 0, rng.randint(20, 60), rng.randint(20, 60))
    extra = {
        "at exactly now": ([[now, False]] * 9, 9),
        "at exactly now - seconds": ([[now - seconds, False]] * 9, 0),
        "just after now - seconds": ([[now - seconds + 0.001, False]] * 9, 9),
        "just before now - seconds": ([[now - seconds - 0.001, False]] * 9, 0),
        "just after now": ([[now + 0.001, False]] * 9, 0),
        "long before": ([[now - 9 * seconds, False]] * 9, 0),
        "long after": ([[now + 9 * seconds, False]] * 9, 0),
    }
    failed = sum(not good for _, good in inside)
    for when, (more, counted) in extra.items():
        requests = inside + more
        rng.shuffle(requests)
        rate = submission.call("burn_rate", requests, objective, now, seconds)
        expected = Fraction(failed + counted, len(inside) + counted) / allowed(objective)
        assert near(rate, expected), (
            f"nine failed {when}, {counted} of these lie in the window:"
            f" {float(expected):.6f}, not {rate}"
        )


@pytest.mark.hint("The newest may come first, and times may be equal: do not rely on any order.")
@pytest.mark.points(1)
def test_requests_come_in_no_order(submission, rng, now, alerts, between):
    """The answers are the same from the oldest to the newest, the other way, and mixed."""
    requests = between(300, 0, 40, 20) + between(9000, 300, 50, 3)
    requests += between(-1, -900, 3, 30)
    objective = rng.choice([0.9, 0.95])
    expected = rate_of(requests, objective, now, 300)
    for order in (sorted(requests), sorted(requests, reverse=True), rng.sample(requests, 146)):
        rate = submission.call("burn_rate", order, objective, now, 300)
        assert near(rate, expected), f"in another order: {float(expected):.6f}, not {rate}"
        alerts((order, objective, "in another order"))


@pytest.mark.hint("No requests, no failures: 0. Mind the division.")
@pytest.mark.points(1)
def test_an_empty_window_burns_nothing(submission, objective, now, alerts, between):
    """Without requests in the window the rate is 0, and nobody is woken."""
    rate = submission.call("burn_rate", [], objective, now, 300)
    assert near(rate, 0), f"there were no requests at all, and the rate is {rate}"
    for at in (now - 9 * DAY, now - 300, now + 1):
        rate = submission.call("burn_rate", [[at, False]], objective, now, 300)
        assert near(rate, 0), f"the only request came {now - at} seconds ago; the rate is {rate}"
    alerts(([], objective, "without any request"))
    alerts(([[now - 9 * DAY, False]], objective, "nine days after the only request"))
    for younger, older in itertools.pairwise([0, *WINDOWS]):
        if younger:  # the windows up to here are empty
            alerts((between(older, younger, 0, 9), objective, "nothing came lately"))


@pytest.mark.hint("Allowed failures: (1 - objective) of all requests. It may be overspent.")
@pytest.mark.points(2)
def test_budget_left(submission, rng, objective):
    """What is left is 1 without failures, 0 when used up, below 0 when more failed."""
    left = submission.call("budget_left", [], objective)
    assert near(left, 1), f"without requests all of the budget is left: 1, not {left}"
    span = rng.choice([10, 9 * DAY])
    for failed in (0, rng.randint(1, 4), 1000 * allowed(objective), rng.randint(101, 999), 1000):
        requests = [[rng.uniform(0, span), at >= failed] for at in range(1000)]
        rng.shuffle(requests)
        left = submission.call("budget_left", requests, objective)
        expected = 1 - failed / (1000 * allowed(objective))
        assert near(left, expected), (
            f"{failed} of 1000 failed with an objective of {objective}:"
            f" {float(expected):.6f} is left, not {left}"
        )


# -- the alert


@pytest.mark.hint(
    "Both windows of a rule must burn at the rule's rate: ask both the same question."
)
@pytest.mark.points(3)
def test_both_windows_must_burn_at_the_rate(rng, alerts, between):
    """One failure above and one below each rate, in the long window and in the short one."""
    for (answer, long, short, least), objective in itertools.product(RULES, FINE):
        for is_long, is_short in itertools.product((False, True), repeat=2):
            recent = beside(least, objective, 250, is_short)
            before = beside(least, objective, 500, is_long) - recent
            requests = between(short, 0, 250 - recent, recent)
            requests += between(long, short, 250 - before, before)
            if long == HOUR:  # or the second rule would say page as well
                requests += between(6 * HOUR, HOUR, 1000, 0)
            requests += between(9 * DAY, 3 * DAY, 250 * is_long, 250)
            rng.shuffle(requests)
            alerts((requests, objective, f"near the rates of a {answer}"))


@pytest.mark.hint("At least so fast: exactly so fast is fast enough, in either window.")
@pytest.mark.points(2)
def test_exactly_the_rate_is_fast_enough(now, alerts, between):
    """Where the long or the short window burns at exactly 6, or exactly 1, the rule holds."""
    for (_, long, short, least), objective in itertools.product(RULES[1:], FINE):
        share = least * allowed(objective)
        bad, total = share.numerator * 8, share.denominator * 8
        exact = between(short, 0, total - bad, bad)
        rest = between(long, short, total - bad, bad)
        worse = between(long, short, total - 2 * bad, 2 * bad)
        alerts(([*exact, *rest], objective, "both windows exactly at the rate"))
        alerts(([*exact, *worse], objective, "the short window exactly at the rate"))
        late = between(short, 0, total - 2 * bad, 2 * bad)
        calm = between(long, short, total, 0)
        alerts(([*late, *calm], objective, "the long window exactly at the rate"))
        alerts(([*late, *calm, [now - 1, True]], objective, "one good request more"))


@pytest.mark.hint("After now - seconds, and not after now: for each of the six windows.")
@pytest.mark.points(2)
def test_the_windows_of_alerts_have_edges(rng, now, alerts, between):
    """A crowd at the edge of a window decides: just inside it counts, just outside it does not."""
    places = [now - seconds + by for seconds in WINDOWS for by in (-0.001, 0, 0.001)]
    for at in (*places, now, now + 0.001, now + 60):
        objective, cases = rng.choice(FINE), []
        for burns, is_good in ((0, False), (2, False), (2, True), (7, True), (15, True)):
            requests, younger = [[at, is_good]] * 400, 0
            for older in WINDOWS:
                bad = round(burns * allowed(objective) * 32)
                requests += between(older - 1, younger + 1, 32 - bad, bad)
                younger = older
            rng.shuffle(requests)
            if not is_on_the_edge(rates_of(requests, objective, now)):
                cases.append((requests, objective, f"400 came {now - at:g} seconds ago"))
        alerts(*cases)


@pytest.mark.hint("The rules from the most urgent one: each needs both of its windows.")
@pytest.mark.points(4)
def test_every_mix_of_fires_is_judged(rng, now, alerts, between):
    """Between the windows' edges it burns hardly, at 2, at 8 or at 16: every mix of these."""
    objective, cases = rng.choice([0.95, 0.96, *FINE[:2]]), []
    for speeds in itertools.product((0, 2, 8, 16), repeat=len(WINDOWS)):
        requests, younger = [], 0
        for older, speed in zip(WINDOWS, speeds, strict=True):
            count = rng.choice([0, 9, 12, 20, 30])
            bad = min(count, round(speed * allowed(objective) * count))
            requests += between(older, younger, count - bad, bad)
            younger = older
        rng.shuffle(requests)
        if not is_on_the_edge(rates_of(requests, objective, now)):
            cases.append((requests, objective, "in a mix"))
    for first in range(0, len(cases), 50):
        alerts(*cases[first : first + 50])
