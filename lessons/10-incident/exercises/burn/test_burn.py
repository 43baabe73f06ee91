"""Burn rates, what is left of the budget, and who is woken, over traffic drawn at random."""

import pytest

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.fixture
def objective(rng):
    return rng.choice([0.95, 0.96, 0.97, 0.98])


@pytest.fixture
def now(rng):
    return rng.randint(10**6, 10**7)


@pytest.fixture
def traffic(rng, objective, now):
    """Makes requests of the past: from so long ago to so long ago, burning so fast, in no order."""

    def make(*parts, every=10):
        requests = []
        for longest_ago, ago, burning in parts:
            due = rng.random()
            for at in range(now - longest_ago, now - ago, every):
                due += burning * (1 - objective)
                requests.append([at + 1, due < 1])
                due -= due >= 1
        rng.shuffle(requests)
        return requests

    return make


def near(value, expected):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value - expected) <= 1e-6 * max(1, abs(expected))


@pytest.mark.hint("Divide the share that failed by 1 - objective.")
@pytest.mark.points(2)
def test_burn_rate_counts_in_budgets(submission, rng, objective, now):
    """The burn rate is the share that failed in the window, divided by the share that may fail."""
    count, failed = rng.randint(200, 900), rng.randint(1, 90)
    requests = [[now - rng.uniform(0, 299), n >= failed] for n in range(count)]
    rng.shuffle(requests)
    rate = submission.call("burn_rate", requests, objective, now, 300)
    expected = failed / count / (1 - objective)
    assert near(rate, expected), (
        f"{failed} of {count} failed with an objective of {objective}: {expected:.3f}, not {rate}"
    )


@pytest.mark.hint("After now - seconds, and not after now. Requests come in no order.")
@pytest.mark.points(2)
def test_only_the_window_counts(submission, rng, objective, now):
    """What happened before the window, or after `now`, does not count."""
    seconds = rng.randint(100, 5000)
    inside = [[now - rng.uniform(0, seconds - 1), rng.random() < 0.5] for _ in range(100)]
    before = [[now - seconds - rng.uniform(1, 900), rng.random() < 0.1] for _ in range(80)]
    after = [[now + rng.uniform(1, 900), False] for _ in range(60)]
    edges = [[now - seconds, False], [now, False]]
    requests = inside + before + after + edges
    rng.shuffle(requests)
    failed = sum(not good for _, good in inside) + 1
    expected = failed / 101 / (1 - objective)
    rate = submission.call("burn_rate", requests, objective, now, seconds)
    assert near(rate, expected), (
        f"101 requests lie in the window, {failed} of them failed: {expected:.3f}, not {rate}"
    )


@pytest.mark.hint("No requests, no failures: 0. Mind the division.")
@pytest.mark.points(1)
def test_an_empty_window_burns_nothing(submission, objective, now):
    """Without requests in the window the rate is 0, and nobody is woken."""
    rate = submission.call("burn_rate", [], objective, now, 300)
    assert near(rate, 0), f"there were no requests at all, and the rate is {rate}"
    long_ago = [[now - 9 * DAY, False]]
    rate = submission.call("burn_rate", long_ago, objective, now, 300)
    assert near(rate, 0), f"the only request came nine days ago, and the rate is {rate}"
    said = submission.call("alert", long_ago, objective, now)
    assert said == "", f"the only failure was nine days ago: {said!r}"


@pytest.mark.hint("Allowed failures: (1 - objective) of all requests. It may be overspent.")
@pytest.mark.points(2)
def test_budget_left(submission, rng, objective):
    """What is left is 1 without failures, and below 0 when more failed than was allowed."""
    left = submission.call("budget_left", [], objective)
    assert near(left, 1), f"without requests all of the budget is left: 1, not {left}"
    count = 1000
    for failed in (0, rng.randint(1, 15), rng.randint(100, 300)):
        requests = [[at, at >= failed] for at in range(count)]
        rng.shuffle(requests)
        left = submission.call("budget_left", requests, objective)
        expected = 1 - failed / (count * (1 - objective))
        assert near(left, expected), (
            f"{failed} of {count} failed with an objective of {objective}:"
            f" {expected:.3f} is left, not {left}"
        )


@pytest.mark.hint("Go through the rules from the most urgent one; both windows must burn.")
@pytest.mark.points(2)
def test_a_fire_wakes_somebody(submission, rng, objective, now, traffic):
    """Burning at 16 or more for an hour, and still burning, is a page."""
    burning = rng.uniform(16, 18)
    said = submission.call("alert", traffic((HOUR, 0, burning)), objective, now)
    assert said == "page", f"an hour at {burning:.1f} budgets: page, not {said!r}"


@pytest.mark.hint("The short window says whether it is still burning.")
@pytest.mark.points(2)
def test_it_stops_when_it_is_over(submission, rng, objective, now, traffic):
    """It burned within the last hour, and it is over: nobody is woken any more."""
    over = rng.randint(40, 45) * MINUTE
    requests = traffic((6 * HOUR, over, 18), (over, 0, 0))
    said = submission.call("alert", requests, objective, now)
    assert said != "page", f"all has been well for {over // MINUTE} minutes, and it says page"


@pytest.mark.hint("The long window says whether it matters.")
@pytest.mark.points(2)
def test_a_hiccup_wakes_nobody(submission, rng, objective, now, traffic):
    """Four bad minutes in three good days are no reason for anything."""
    short = rng.randint(240, 280)
    requests = [*traffic((3 * DAY, short, 0), every=60), *traffic((short, 0, 18))]
    said = submission.call("alert", requests, objective, now)
    assert said == "", f"{short} bad seconds in three good days: {said!r}"


@pytest.mark.hint("The second rule: six hours and half an hour, at 6.")
@pytest.mark.points(2)
def test_a_slow_fire_wakes_somebody_too(submission, rng, objective, now, traffic):
    """Burning at about 9 for six hours is a page, though no single hour is that bad."""
    burning = rng.uniform(8, 11)
    said = submission.call("alert", traffic((6 * HOUR, 0, burning), every=30), objective, now)
    assert said == "page", f"six hours at {burning:.1f} budgets: page, not {said!r}"


@pytest.mark.hint("The third rule: three days and six hours, at 1.")
@pytest.mark.points(2)
def test_a_leak_is_a_ticket(submission, rng, objective, now, traffic):
    """Burning at 2 to 4 for three days is a ticket; at a half it is nothing."""
    burning = rng.uniform(2, 4)
    leak = traffic((3 * DAY, 0, burning), every=120)
    said = submission.call("alert", leak, objective, now)
    assert said == "ticket", f"three days at {burning:.1f} budgets: ticket, not {said!r}"
    drip = traffic((3 * DAY, 0, 0.5), every=120)
    said = submission.call("alert", drip, objective, now)
    assert said == "", f"three days at half a budget: nothing, not {said!r}"
