import pytest

from course.judge.compare import same


def up(part, whole):
    return -(-part // whole)


def needed(load, per_box, limit):
    return max(1, up(load * 100, per_box * limit))


def uneven(rng):
    """A load that no whole number of boxes fits exactly."""
    while True:
        load, per_box, limit = rng.randint(500, 9000), rng.randint(30, 300), rng.randint(50, 90)
        if load * 100 % (per_box * limit):
            return load, per_box, limit


@pytest.mark.hint(
    "A box may do limit percent of what it can; divide the load by that and round up."
)
@pytest.mark.points(2)
def test_the_boxes_bear_the_load_below_the_limit(submission, rng):
    """Without failures: as many boxes as it takes for none to be busier than the limit."""
    for _ in range(10):
        load, per_box, limit = uneven(rng)
        got = submission.call("boxes", load, per_box, limit, 0)
        expected = needed(load, per_box, limit)
        asked = f"{load} requests a second, {per_box} per box, {limit} %"
        assert same(got, expected), f"{asked}: {expected} boxes, not {got!r}"


@pytest.mark.hint("Round up only what is not whole already.")
def test_an_exact_fit_is_enough(submission, rng):
    """A load that fills a number of boxes exactly needs no box more."""
    for _ in range(10):
        per_box, limit, count = 20 * rng.randint(2, 20), 5 * rng.randint(8, 20), rng.randint(1, 60)
        load = count * per_box * limit // 100
        got = submission.call("boxes", load, per_box, limit, 0)
        assert same(got, count), f"{load} is exactly what {count} boxes bear; you bought {got!r}"


@pytest.mark.hint("The limit holds after the failure, too: those who are left need room as well.")
@pytest.mark.points(3)
def test_the_rest_bear_the_load_after_failures(submission, rng):
    """N+1, N+2 and more: with `failures` boxes dead, the rest stay below the limit."""
    assert same([submission.call("boxes", 200, 50, 80, n) for n in (0, 1, 2)], [5, 6, 7]), (
        "200 requests a second, 50 per box, 80 %: not 5, 6 and 7 boxes"
    )
    for _ in range(8):
        load, per_box, limit = uneven(rng)
        failures = rng.randint(1, 5)
        got = submission.call("boxes", load, per_box, limit, failures)
        expected = needed(load, per_box, limit) + failures
        asked = f"{load} requests a second, {per_box} per box, {limit} %, {failures} may fail"
        assert same(got, expected), f"{asked}: {expected} boxes, not {got!r}"


@pytest.mark.hint("With little load the division says 0 or 1: one box must be left alive.")
def test_one_living_box_is_always_left(submission, rng):
    """No load, or hardly any: one box, and as many more as may fail."""
    failures = rng.randint(1, 4)
    for load in (0, 1):
        got = submission.call("boxes", load, rng.randint(30, 300), 70, failures)
        assert same(got, failures + 1), f"a load of {load}, {failures} may fail: not {got!r} boxes"
    got = submission.call("boxes_over_zones", 0, 50, 70, 3)
    assert same(got, 2), f"no load, three zones, one may fail: 2 boxes, not {got!r}"


@pytest.mark.hint("Of n boxes in z zones the fullest holds n / z, rounded up. Try n, then n + 1, …")
@pytest.mark.points(3)
def test_the_fullest_zone_may_fail(submission, rng):
    """The smallest number of boxes of which enough are left without the fullest zone."""
    for _ in range(12):
        load, per_box, limit = uneven(rng)
        zones = rng.randint(2, 6)
        got = submission.call("boxes_over_zones", load, per_box, limit, zones)
        least = needed(load, per_box, limit)
        expected = next(n for n in range(least, 3 * least + 2) if n - up(n, zones) >= least)
        asked = f"{least} boxes must live, {zones} zones"
        assert same(got, expected), f"{asked}: {expected} boxes in all, not {got!r}"


@pytest.mark.hint(
    "Ask boxes() for every kind, failures and all, and compare what all of them cost."
)
@pytest.mark.points(3)
def test_the_cheapest_kind_counts_the_spare_ones(submission, rng):
    """The lowest price of all boxes together, those that may fail included."""
    small = {"name": "small", "rate": 50, "price": 10}
    big = {"name": "big", "rate": 400, "price": 76}
    got = submission.call("cheapest", 300, 75, 1, [big, small])
    expected = {"name": "small", "boxes": 9, "price": 90}
    assert same(got, expected), f"one big box is cheaper per request, its spare is not: {got!r}"
    for _ in range(8):
        load, _, limit = uneven(rng)
        failures, kinds = rng.randint(0, 3), some_kinds(rng)
        offers = [
            (n * kind["price"], -n, kind["name"])
            for kind in kinds
            for n in [needed(load, kind["rate"], limit) + failures]
        ]
        price, count, name = min(offers)
        got = submission.call("cheapest", load, limit, failures, kinds)
        expected = {"name": name, "boxes": -count, "price": price}
        assert same(got, expected), f"{name} would be best, {-count} for {price}, not {got!r}"


def some_kinds(rng):
    """Kinds of boxes of all sizes; the big ones are a little cheaper per request."""
    sizes = rng.sample([40, 80, 150, 300, 700, 1500], 4)
    return [
        {"name": f"kind-{rate}", "rate": rate, "price": round(rate * rng.uniform(0.8, 1.1)) + 5}
        for rate in sizes
    ]


@pytest.mark.hint("Compare the price first, and where it is equal the number of boxes.")
def test_at_the_same_price_more_boxes_win(submission, rng):
    """Two kinds cost the same together: the one with more boxes is better."""
    price = rng.randint(5, 50)
    few = {"name": "few", "rate": 200, "price": 2 * price}
    many = {"name": "many", "rate": 100, "price": price}
    for kinds in ([few, many], [many, few]):
        got = submission.call("cheapest", 800, 100, 0, kinds)
        expected = {"name": "many", "boxes": 8, "price": 8 * price}
        assert same(got, expected), f"4 boxes or 8 at the same price, and you took {got!r}"


@pytest.mark.hint("Check the arguments before you compute, and raise ValueError.")
@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("boxes", [-1, 50, 70, 1]),
        ("boxes", [100, 0, 70, 1]),
        ("boxes", [100, -50, 70, 1]),
        ("boxes", [100, 50, 0, 1]),
        ("boxes", [100, 50, 101, 1]),
        ("boxes", [100, 50, 70, -1]),
        ("boxes_over_zones", [100, 50, 70, 1]),
        ("boxes_over_zones", [100, 50, 0, 3]),
        ("cheapest", [100, 70, 1, []]),
    ],
)
def test_what_makes_no_sense_is_refused(submission, function, args):
    """A load, a limit, zones or kinds that make no sense are a ValueError."""
    failure = submission.failure(function, *args)
    said = ", ".join(str(one) for one in args)
    assert "ValueError" in failure.message, f"{function}({said}) makes no sense and was answered"
