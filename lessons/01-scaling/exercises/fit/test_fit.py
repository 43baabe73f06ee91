from fractions import Fraction
from itertools import product

import pytest

from course.judge.compare import same

CREWS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
SURE = Fraction(1, 10**6)  # how far from 0, and from each other, numbers must be to be told apart


def amdahl(n, serial):
    return 1 / (serial + (1 - serial) / n)


def usl(n, alpha, beta):
    return n / (1 + alpha * (n - 1) + beta * n * (n - 1))


def measured(rng, law, crews=CREWS, noise=0.0, place=None):
    """Pages a second that follow a law; all but the one of a single worker a little off."""
    one = rng.uniform(20, 400)
    points = [[n, one * law(n) * (1 + rng.uniform(-noise, noise))] for n in crews if n > 1]
    rng.shuffle(points)
    place = rng.randint(1, len(points)) if place is None else place
    return [*points[:place], [1, one], *points[place:]]


def straight(points):
    """N - 1, N * (N - 1) and N / s - 1 of every point, without any rounding."""
    one = next(Fraction(rate) for n, rate in points if n == 1)
    return [(Fraction(n - 1), Fraction(n * (n - 1)), n * one / Fraction(r) - 1) for n, r in points]


def dot(ones, others):
    return sum(one * other for one, other in zip(ones, others, strict=True))


def best_share(points):
    """The serial share with the smallest squares."""
    u, _, y = zip(*straight(points), strict=True)
    return dot(u, y) / dot(u, u)


def both(points):
    """Alpha and beta with the smallest squares, negative or not, and what each is alone."""
    u, v, y = zip(*straight(points), strict=True)
    uu, uv, vv, uy, vy = dot(u, u), dot(u, v), dot(v, v), dot(u, y), dot(v, y)
    whole = uu * vv - uv * uv
    return (uy * vv - vy * uv) / whole, (vy * uu - uy * uv) / whole, uy / uu, vy / vv


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def near(got, expected, percent):
    return is_number(got) and abs(got - expected) <= abs(expected) * percent / 100 + 1e-9


def fitted(submission, points):
    got = submission.call("fit_usl", points)
    whole = isinstance(got, list) and len(got) == 2 and all(is_number(one) for one in got)
    assert whole, f"fit_usl returned {got!r} instead of [alpha, beta]"
    return got


def is_fitted(submission, points, alpha, beta):
    """The submission's alpha and beta are these."""
    got = fitted(submission, points)
    crews = ", ".join(str(n) for n, _ in points)
    said = f"points for {crews} workers fit alpha {float(alpha):.5f} and beta {float(beta):.6f}"
    assert near(got[0], alpha, 0.01), f"{said}; your alpha is {got[0]:.5f}"
    assert near(got[1], beta, 0.01), f"{said}; your beta is {got[1]:.6f}"


def best_crews(alpha, beta, most):
    """The best number of workers and the second best, without any rounding."""
    a, b = Fraction(alpha), Fraction(beta)
    return sorted(range(1, most + 1), key=lambda n: (-usl(n, a, b), n))[:2]


@pytest.mark.hint("Type the two formulas as they stand in the task, and try them with one worker.")
@pytest.mark.points(2)
def test_the_laws(submission, rng):
    """`amdahl` and `usl` compute what the task says, for any crew."""
    assert near(submission.call("amdahl", 64, 0.05), 15.42, 0.1), "5 % serial, 64 workers: not 15.4"
    got = submission.call("usl", 64, 0.05, 0.002)
    assert near(got, 5.237, 0.1), "alpha 0.05, beta 0.002, 64 workers: not 5.24"
    drawn = [(rng.uniform(0, 0.5), rng.uniform(0, 0.01)) for _ in range(4)]
    edges = [(0, 0), (1, 0), (0, 0.01), (rng.uniform(0.1, 0.5), 0)]
    for n, (a, b) in product((1, 2, 3, rng.randint(4, 200)), drawn + edges):
        got = submission.call("amdahl", n, a)
        assert near(got, amdahl(n, a), 1e-6), f"amdahl({n}, {a:.3f}) is not {got}"
        got = submission.call("usl", n, a, b)
        assert near(got, usl(n, a, b), 1e-6), f"usl({n}, {a:.3f}, {b:.4f}) is not {got}"


@pytest.mark.hint(
    "Divide by the rate of the point with one worker, wherever it stands in the list."
)
@pytest.mark.points(2)
def test_exact_points_give_the_exact_share(submission, rng):
    """Points that follow Amdahl's law exactly give back its serial share, in any order."""
    for place in (0, 1, len(CREWS) // 2, len(CREWS) - 1):
        serial = rng.uniform(0.02, 0.4)
        points = measured(rng, lambda n, s=serial: amdahl(n, s), place=place)
        got = submission.call("fit_amdahl", points)
        assert near(got, serial, 0.01), f"points of a serial share of {serial:.4f} gave {got!r}"


@pytest.mark.hint("Use all points, in the sums that the task names.")
@pytest.mark.points(2)
def test_noisy_points_still_predict_a_bigger_crew(submission, rng):
    """From points a few percent off, `serial` is the one with the smallest sum of squares."""
    crew = rng.randint(2, 30)
    for crews in (CREWS, CREWS, [*CREWS, 12, 12, 4], [crew], [crew, crew], [2, 64]):
        serial = rng.uniform(0.1, 0.3)
        points = measured(rng, lambda n, s=serial: amdahl(n, s), crews, noise=0.03)
        got, best = submission.call("fit_amdahl", points), best_share(points)
        assert is_number(got), f"fit_amdahl returned {got!r} instead of a number"
        said = f"{got:.5f} promises {amdahl(64, got):.2f} times with 64 workers"
        assert near(got, best, 0.01), (
            f"{said}; the share with the smallest squares is {float(best):.5f}, and promises "
            f"{amdahl(64, float(best)):.2f}"
        )


@pytest.mark.hint("Solve the two equations for both unknowns; one after the other is not the same.")
@pytest.mark.points(3)
def test_exact_points_give_alpha_and_beta(submission, rng):
    """Points that follow the universal law exactly give back its alpha and beta."""
    for place in (0, 1, len(CREWS) // 2, len(CREWS) - 1):
        alpha, beta = rng.uniform(0.01, 0.2), rng.uniform(0.0005, 0.01)
        points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b), place=place)
        is_fitted(submission, points, alpha, beta)


@pytest.mark.hint("If exact points come out right, look whether all points are in your sums.")
@pytest.mark.points(4)
def test_noisy_points_still_predict_the_peak(submission, rng):
    """From points a few percent off come the alpha and beta with the smallest squares."""
    few = rng.sample(range(3, 30), 2)
    for crews in (CREWS, CREWS, [*CREWS, 24, 24, 6, 6], few, [*few, few[0]], [2, 4, 8, 16, 32]):
        alpha, beta, *_ = found = (-1, -1)
        while min(found) < SURE:
            alpha, beta = rng.uniform(0.02, 0.1), rng.uniform(0.001, 0.004)
            points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b), crews, noise=0.03)
            found = both(points)[:2]
        is_fitted(submission, points, *found)


@pytest.mark.hint("Leave the negative one out and fit the other one again: its best value changed.")
@pytest.mark.points(2)
def test_a_negative_one_is_left_out(submission, rng):
    """Points for which alpha or beta would be negative: it is 0, and the other fits alone."""
    without_beta = (rng.uniform(0.04, 0.06), -0.0003)
    without_alpha = (-0.02, rng.uniform(0.002, 0.004))
    two = [rng.randint(2, 6), rng.randint(10, 30)]
    for (alpha, beta), crews in product((without_beta, without_alpha), (CREWS, two)):
        points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b), crews)
        *_, only_alpha, only_beta = both(points)
        is_fitted(submission, points, *((only_alpha, 0) if beta < 0 else (0, only_beta)))


@pytest.mark.hint("What is fitted again can be negative as well: look at it a second time.")
@pytest.mark.points(2)
def test_neither_is_ever_negative(submission, rng):
    """Points that are better than N times one worker, for every N: both are 0."""
    crews = [1, 2, 3, 4, 6, 8]
    little = rng.uniform(0.0005, 0.001)
    for alpha, beta in ((-0.02, little), (5 * little, -2 * little), (-0.01, -little)):
        points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b), crews)
        assert max(both(points)[2:]) < -SURE
        got = fitted(submission, points)
        assert min(got) >= 0, f"{got} has a negative number in it"
        assert near(max(got), 0, 0), f"neither helps to fit these points, and you found {got}"


@pytest.mark.hint(
    "Try every crew from 1 to the most; the square root of the formula is no integer."
)
@pytest.mark.points(2)
def test_the_peak_is_the_best_whole_number(submission, rng):
    """`peak` is the crew with the highest speed-up: 22 for alpha 0.05 and beta 0.002."""
    assert same(submission.call("peak", 0.05, 0.002, 64), 22), "alpha 0.05, beta 0.002: not 22"
    for most_beta in [0.003] * 10 + [0.03] * 10 + [0.6] * 6:
        alpha, beta = rng.uniform(0, 0.3), rng.uniform(most_beta / 10, most_beta)
        best, second = best_crews(alpha, beta, 200)
        if usl(best, alpha, beta) - usl(second, alpha, beta) < 1e-9:
            continue  # too close for floats
        got = submission.call("peak", alpha, beta, 200)
        assert same(got, best), f"alpha {alpha:.3f}, beta {beta:.4f}: {best} is best, not {got!r}"
    for fewer, off in product((1, 2, 3, rng.randint(4, 14)), (-0.125, 0.125)):
        alpha, beta = 1 - (fewer * (fewer + 1) + off) / 256, 1 / 256
        best = fewer + (off > 0)  # by a hair; the top of the curve is nearer to the other one
        got = submission.call("peak", alpha, beta, 64)
        assert same(got, best), f"alpha {alpha:.5f}, beta {beta:.5f}: {best} is best, not {got!r}"


@pytest.mark.hint("Without beta nothing turns down; and who gains nothing buys nothing.")
def test_the_peak_has_limits(submission, rng):
    """No more than `most`, which with beta 0 is best; and never less than 1."""
    most = rng.randint(5, 15)
    for limit in (1, most, 21):
        got = submission.call("peak", 0.05, 0.002, limit)
        assert same(got, limit), f"22 are best, {limit} are to be had, and you buy {got!r}"
    for alpha in (0.03, 0.9, 0):
        got = submission.call("peak", alpha, 0, 10 * most)
        assert same(got, 10 * most), f"without beta the biggest crew is best, not {got!r}"
    for alpha, beta in ((0.95, 0.2), (1.5, 0), (1, 0.01), (1.2, 0.1)):
        got = submission.call("peak", alpha, beta, most)
        assert same(got, 1), f"alpha {alpha}, beta {beta}: nobody beats one worker; not {got!r}"


@pytest.mark.hint("Replace the best crew you know only by one that is better, not as good.")
def test_of_equally_good_crews_the_fewest(submission, rng):
    """If several crews are equally good, `peak` is the fewest."""
    most = rng.randint(5, 15)
    got = submission.call("peak", 1.0, 0.0, most)
    assert same(got, 1), f"all crews are equally fast and {got!r} is not the smallest"
    for fewer in (1, 2, rng.randint(3, 6), rng.randint(7, 14)):
        beta = 1 / 256  # halves of halves are exact, however the law is computed
        alpha = 1 - fewer * (fewer + 1) * beta
        assert best_crews(alpha, beta, 64) == [fewer, fewer + 1]
        got = submission.call("peak", alpha, beta, 64)
        assert same(got, fewer), f"{fewer} and {fewer + 1} are equally good, and you buy {got!r}"


@pytest.mark.hint("Count the different numbers of workers besides 1 before you divide.")
@pytest.mark.points(2)
def test_too_few_points_are_refused(submission, rng):
    """Nothing but one worker, or for the USL one other crew, however often: ValueError."""
    one, crew = rng.uniform(20, 40), rng.randint(2, 20)
    alone = [[1, one]]
    single = [[crew, one * 1.5], *alone]
    twice = [[crew, one * 1.5], *alone, [crew, one * 1.6], [crew, one * 1.5]]
    enough = [*twice, [crew + 1, one * 1.55]]
    for points, says in ((alone, "one worker"), (single, "one crew"), (twice, "one crew, thrice")):
        assert submission.call("refuses", "fit_usl", points), f"fit_usl fitted {says}"
    assert submission.call("refuses", "fit_amdahl", alone), "fit_amdahl knew it from one worker"
    for function, points in (("fit_amdahl", single), ("fit_amdahl", twice), ("fit_usl", enough)):
        said = f"{function} refused points for {', '.join(str(n) for n, _ in points)} workers"
        assert not submission.call("refuses", function, points), said
