"""How long a job that failed must wait: anything up to a ceiling that doubles, and no longer."""

import math
from collections import Counter

import pytest


@pytest.fixture
def spread(submission, rng):
    """Holds the delays after these numbers of failures to being even up to their ceilings."""

    def spread(base, longest, ceilings, count=1_500):
        failures = [failed for failed in ceilings for _ in range(count)]
        rng.shuffle(failures)
        given = submission.call("delays", failures, base, longest, rng.randrange(10**9))
        assert isinstance(given, list), "delay() returns something else than numbers"
        for failed, ceiling in ceilings.items():
            some = [one for one, after in zip(given, failures, strict=True) if after == failed]
            is_even(some, ceiling, f"base {base:g}, longest {longest:g}, failure {failed}")

    return spread


def is_even(delays, ceiling, when):
    """Whether they lie between 0 and a ceiling, none of them likelier than others."""
    assert all(type(one) in (int, float) for one in delays), f"{when}: a delay is no number"
    least, most = min(delays), max(delays)
    told = f"{when}: delays from {least:.4g} to {most:.4g}, where the ceiling is {ceiling:.4g}"
    assert least >= 0, f"{told}; nothing is before now"
    assert most <= ceiling * (1 + 1e-9), f"{told}; that is too long"
    same = Counter(delays).most_common(1)[0]
    assert same[1] <= 2 + len(delays) / 50, f"{told}; {same[1]} of {len(delays)} are {same[0]:.6g}"
    # How far the share below a delay is from what it should be (Kolmogorov and Smirnov); that it
    # is so far for even ones happens once in 10 ** 12 times.
    count = len(delays)
    off = max(abs((n + 0.5) / count - one / ceiling) for n, one in enumerate(sorted(delays)))
    assert off < math.sqrt(14 / count), f"{told}; they are not even: {off:.0%} too many on one side"


@pytest.mark.hint("The ceiling is base, 2 base, 4 base...; draw() * ceiling is anything below it.")
@pytest.mark.points(3)
def test_delays_fill_the_room_below_a_ceiling_that_doubles(spread, rng):
    """After failure n the delays spread evenly from 0 to base * 2 ** (n - 1)."""
    base = rng.choice([rng.randint(1, 5), rng.uniform(0.5, 3)])
    spread(base, 10_000.0, {n: base * 2 ** (n - 1) for n in range(1, 5)})
    spread(base, 10_000, {n: base * 2 ** (n - 1) for n in range(5, 9)})
    spread(0.001, 1e12, {n: 0.001 * 2 ** (n - 1) for n in (12, 22, 34, 45)})


@pytest.mark.hint(
    "Stop doubling at `longest`, then draw: what is cut off afterwards piles up there."
)
@pytest.mark.points(2)
def test_delays_have_a_longest(spread, rng):
    """Where doubling passes `longest`, the delays spread evenly from 0 to `longest`."""
    base = rng.uniform(0.5, 2)
    for longest in (8 * base, 8 * rng.uniform(1.2, 1.4) * base, 8 * rng.uniform(1.7, 1.9) * base):
        spread(base, longest, {4: 8 * base, 5: longest, 6: longest, 9: longest})
    spread(base, base, {1: base, 2: base, 3: base})
    spread(base, 0.7 * base, {1: 0.7 * base, 2: 0.7 * base, 3: 0.7 * base})


@pytest.mark.hint("Stop doubling at `longest`: 2 ** 5000 is a number that no float can hold.")
@pytest.mark.points(2)
def test_delays_after_thousands_of_failures(spread, rng):
    """After thousands of failures the delays still spread evenly from 0 to `longest`."""
    base, longest = rng.uniform(0.5, 2), rng.uniform(20, 50)
    spread(base, longest, dict.fromkeys((60, 1023, 1024, 1025, 5000, 9999), longest), count=200)
