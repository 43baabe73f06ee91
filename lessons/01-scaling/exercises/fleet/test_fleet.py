from itertools import product
from math import gcd

import pytest

from course.judge.compare import same

MANY = 40  # questions drawn for a test


def up(part, whole):
    return -(-part // whole)


def needed(load, per_box, limit):
    return max(1, up(load * 100, per_box * limit))


def over_zones(least, zones):
    return next(n for n in range(least, 3 * least + 2) if n - up(n, zones) >= least)


def uneven(rng, least=1):
    """A load that no whole number of boxes fits exactly."""
    while True:
        load, per_box, limit = rng.randint(500, 9000), rng.randint(30, 300), rng.randint(least, 100)
        if load * 100 % (per_box * limit):
            return load, per_box, limit


def all_right(submission, function, asked):
    """Each of (arguments, what is right) is answered so; the first that is not, is told."""
    got = submission.call("answers", function, [args for args, _ in asked])
    for (args, right), answer in zip(asked, got, strict=True):
        told = ", ".join(map(str, args))
        assert same(answer, right), f"{function}({told}) is {right}, not {answer!r}"


@pytest.mark.hint(
    "A box may do limit percent of what it can; divide the load by that and round up."
)
@pytest.mark.points(2)
def test_the_boxes_bear_the_load_below_the_limit(submission, rng):
    """Without failures: as many boxes as it takes for none to be busier than the limit."""
    drawn = [uneven(rng) for _ in range(MANY)]
    for limit in range(1, 101):  # one request above, and one below, an exact fit
        per_box, count = 100 * rng.randint(1, 9), rng.randint(1, 40)
        fits = count * per_box * limit // 100
        drawn += [(fits + 1, per_box, limit), (fits - 1, per_box, limit)]
    asked = [([*one, 0], needed(*one)) for one in drawn]
    all_right(submission, "boxes", asked)


@pytest.mark.hint("Round up only what is not whole already; a float is never quite whole.")
@pytest.mark.points(2)
def test_an_exact_fit_is_enough(submission, rng):
    """A load that fills a number of boxes exactly needs no box more, at any limit."""
    asked = []
    for limit, most in product(range(1, 101), (99, 99, 99, 99, 3000)):
        per_box, failures = rng.randint(1, most), rng.randint(0, 2)
        count = 100 // gcd(100, per_box * limit) * rng.randint(1, 6)  # which makes the load whole
        asked.append(([count * per_box * limit // 100, per_box, limit, failures], count + failures))
    all_right(submission, "boxes", asked)


@pytest.mark.hint("The limit holds after the failure, too: those who are left need room as well.")
@pytest.mark.points(3)
def test_the_rest_bear_the_load_after_failures(submission, rng):
    """N+1, N+2 and more: with `failures` boxes dead, the rest stay below the limit."""
    all_right(submission, "boxes", [([200, 50, 80, n], 5 + n) for n in (0, 1, 2)])
    drawn = [(uneven(rng), failures) for failures in range(MANY)]
    asked = [([*one, failures], needed(*one) + failures) for one, failures in drawn]
    all_right(submission, "boxes", asked)


@pytest.mark.hint("With little load the division says 0 or 1: one box must be left alive.")
def test_one_living_box_is_always_left(submission, rng):
    """No load, or hardly any: one box, and as many more as may fail."""
    per_box = rng.randint(30, 300)
    few = [([load, per_box, 70, n], n + 1) for load, n in product((0, 1), range(5))]
    all_right(submission, "boxes", few)
    zones = [([load, per_box, 70, n], 2) for load, n in product((0, 1), range(2, 7))]
    all_right(submission, "boxes_over_zones", zones)
    kinds = [{"name": "one", "rate": per_box, "price": 7}]
    offers = [
        ([0, 70, n, kinds], {"name": "one", "boxes": n + 1, "price": 7 * n + 7}) for n in (0, 2)
    ]
    all_right(submission, "cheapest", offers)


@pytest.mark.hint("Of n boxes in z zones the fullest holds n / z, rounded up. Try n, then n + 1, …")
@pytest.mark.points(3)
def test_the_fullest_zone_may_fail(submission, rng):
    """The smallest number of boxes of which enough are left without the fullest zone."""
    least = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, *rng.sample(range(13, 200), 6)]
    every = list(product(least, range(2, 9)))
    asked = [([50 * n - 3, 100, 50, zones], over_zones(n, zones)) for n, zones in every]
    asked += [([50 * n, 100, 50, zones], over_zones(n, zones)) for n, zones in every]
    for _ in range(MANY):
        one, zones = uneven(rng, least=50), rng.randint(2, 9)
        asked.append(([*one, zones], over_zones(needed(*one), zones)))
    all_right(submission, "boxes_over_zones", asked)


def some_kinds(rng):
    """Kinds of boxes of all sizes; the big ones are a little cheaper per request."""
    sizes = rng.sample([40, 80, 150, 300, 700, 1500], 4)
    return [
        {"name": f"kind-{rate}", "rate": rate, "price": round(rate * rng.uniform(0.8, 1.1)) + 5}
        for rate in sizes
    ]


def offered(load, limit, failures, kinds):
    """What all kinds come to, the best first: the lowest price, then the most boxes."""
    counted = [(needed(load, kind["rate"], limit) + failures, kind) for kind in kinds]
    offers = [{"name": kind["name"], "boxes": n, "price": n * kind["price"]} for n, kind in counted]
    return sorted(offers, key=lambda one: (one["price"], -one["boxes"]))


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
    asked = []
    while len(asked) < MANY:
        load, _, limit = uneven(rng)
        args = [load, limit, rng.randint(0, 3), some_kinds(rng)]
        best, second, *_ = offered(*args)
        if best["price"] < second["price"]:
            asked.append((args, best))
    asked += [([load, limit, n, kinds[:1]], offered(load, limit, n, kinds[:1])[0])
              for (load, limit, n, kinds), _ in asked[:5]]  # fmt: skip
    all_right(submission, "cheapest", asked)


@pytest.mark.hint("Compare the price first, and where it is equal the number of boxes.")
def test_at_the_same_price_more_boxes_win(submission, rng):
    """Several kinds cost the same together: the one with the most boxes is better."""
    asked = []
    for failures in (0, 0, 1, 2):
        price, name = 6 * rng.randint(1, 9), rng.sample("abcdef", 4)
        many = {"name": name[0], "rate": up(800, 8 - failures), "price": price}
        some = {"name": name[1], "rate": up(800, 4 - failures), "price": 2 * price}
        few = {"name": name[2], "rate": 900, "price": 8 * price // (1 + failures)}
        dear = {"name": name[3], "rate": 50, "price": price}
        right = {"name": name[0], "boxes": 8, "price": 8 * price}
        orders = ([few, some, many, dear], [dear, many, some, few], [some, many, few])
        asked += [([800, 100, failures, kinds], right) for kinds in orders]
    all_right(submission, "cheapest", asked)


KINDS = [{"name": "a", "rate": 50, "price": 3}]
SENSELESS = {
    "boxes": [
        [-1, 50, 70, 1], [-100, 50, 70, 0], [100, 0, 70, 1], [100, -1, 70, 1], [100, -50, 70, 1],
        [100, 50, 0, 1], [100, 50, -1, 1], [100, 50, 101, 1], [100, 50, 70, -1], [0, 0, 70, 0],
    ],
    "boxes_over_zones": [
        [-1, 50, 70, 3], [100, 0, 70, 3], [100, -1, 70, 3], [100, 50, 0, 3], [100, 50, 101, 3],
        [100, 50, -1, 3], [100, 50, 70, 1], [0, 50, 70, 1],
    ],
    "cheapest": [
        [-1, 70, 1, KINDS], [100, 0, 1, KINDS], [100, -1, 1, KINDS], [100, 101, 1, KINDS],
        [100, 70, -1, KINDS], [100, 70, 1, []],
    ],
}  # fmt: skip
AT_THE_EDGE = {
    "boxes": [[0, 50, 70, 1], [100, 1, 70, 1], [100, 50, 1, 1], [100, 50, 100, 1], [9, 50, 70, 0]],
    "boxes_over_zones": [[0, 50, 70, 3], [9, 1, 70, 3], [9, 50, 1, 3], [9, 50, 100, 2]],
    "cheapest": [[0, 70, 1, KINDS], [9, 1, 1, KINDS], [9, 100, 1, KINDS], [9, 70, 0, KINDS]],
}


@pytest.mark.hint("Check the arguments before you compute, and raise ValueError.")
@pytest.mark.points(2)
@pytest.mark.parametrize("function", list(SENSELESS))
def test_what_makes_no_sense_is_refused(submission, function):
    """A load, a limit, failures, zones or kinds that make no sense are a ValueError."""
    asked = [(args, True) for args in SENSELESS[function]]
    asked += [(args, False) for args in AT_THE_EDGE[function]]
    got = submission.call("refusals", function, [args for args, _ in asked])
    for (args, refused), answer in zip(asked, got, strict=True):
        said = "makes no sense and was answered" if refused else "makes sense and was refused"
        assert same(answer, refused), f"{function}({', '.join(map(str, args))}) {said}"
