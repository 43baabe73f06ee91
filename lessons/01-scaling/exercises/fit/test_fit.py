import pytest

from course.judge.compare import same

CREWS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]


def amdahl(n, serial):
    return 1 / (serial + (1 - serial) / n)


def usl(n, alpha, beta):
    return n / (1 + alpha * (n - 1) + beta * n * (n - 1))


def measured(rng, law, crews=CREWS, noise=0.0):
    """Pages a second that follow a law; all but the first a little off; in any order."""
    one = rng.uniform(20, 400)
    points = [[n, one * law(n) * (1 + rng.uniform(-noise, noise) * (n > 1))] for n in crews]
    rng.shuffle(points)
    if points[0][0] == 1:
        points.append(points.pop(0))
    return points


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def near(got, expected, percent):
    return is_number(got) and abs(got - expected) <= abs(expected) * percent / 100 + 1e-9


def fitted(submission, points):
    got = submission.call("fit_usl", points)
    whole = isinstance(got, list) and len(got) == 2 and all(is_number(one) for one in got)
    assert whole, f"fit_usl returned {got!r} instead of [alpha, beta]"
    return got


@pytest.mark.hint("Type the two formulas as they stand in the task, and try them with one worker.")
@pytest.mark.points(2)
def test_the_laws(submission, rng):
    """`amdahl` and `usl` compute what the task says, for any crew."""
    assert near(submission.call("amdahl", 64, 0.05), 15.42, 0.1), "5 % serial, 64 workers: not 15.4"
    got = submission.call("usl", 64, 0.05, 0.002)
    assert near(got, 5.237, 0.1), "alpha 0.05, beta 0.002, 64 workers: not 5.24"
    for _ in range(10):
        n, a, b = rng.randint(1, 200), rng.uniform(0, 0.5), rng.uniform(0, 0.01)
        got = submission.call("amdahl", n, a)
        assert near(got, amdahl(n, a), 1e-6), f"amdahl({n}, {a:.3f}) is not {got}"
        got = submission.call("usl", n, a, b)
        assert near(got, usl(n, a, b), 1e-6), f"usl({n}, {a:.3f}, {b:.4f}) is not {got}"


@pytest.mark.hint(
    "Divide by the rate of the point with one worker, wherever it stands in the list."
)
@pytest.mark.points(2)
def test_exact_points_give_the_exact_share(submission, rng):
    """Points that follow Amdahl's law exactly give back its serial share."""
    for _ in range(4):
        serial = rng.uniform(0.02, 0.4)
        got = submission.call("fit_amdahl", measured(rng, lambda n, s=serial: amdahl(n, s)))
        assert near(got, serial, 0.01), f"points of a serial share of {serial:.4f} gave {got!r}"


@pytest.mark.hint("Use all points, in the sums that the task names.")
@pytest.mark.points(2)
def test_noisy_points_still_predict_a_bigger_crew(submission, rng):
    """From points that are up to 2 % off, the speed-up of 64 workers is right within 15 %."""
    for _ in range(4):
        serial = rng.uniform(0.03, 0.3)
        points = measured(rng, lambda n, s=serial: amdahl(n, s), noise=0.02)
        got = submission.call("fit_amdahl", points)
        assert is_number(got), f"fit_amdahl returned {got!r} instead of a number"
        assert 0 <= got <= 1, f"a share of {got} is none: it lies between 0 and 1"
        said, true = amdahl(64, got), amdahl(64, serial)
        assert near(said, true, 15), f"64 workers are {true:.1f} times faster, not {said:.1f}"


@pytest.mark.hint("Solve the two equations for both unknowns; one after the other is not the same.")
@pytest.mark.points(3)
def test_exact_points_give_alpha_and_beta(submission, rng):
    """Points that follow the universal law exactly give back its alpha and beta."""
    for _ in range(4):
        alpha, beta = rng.uniform(0.01, 0.2), rng.uniform(0.0005, 0.01)
        points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b))
        got = fitted(submission, points)
        right = near(got[0], alpha, 0.1) and near(got[1], beta, 0.1)
        assert right, f"points of alpha {alpha:.4f} and beta {beta:.5f} gave {got}"


@pytest.mark.hint("If exact points come out right, look whether all points are in your sums.")
@pytest.mark.points(4)
def test_noisy_points_still_predict_the_peak(submission, rng):
    """From points up to 2 % off, the crew you would buy is within 7 % of the best there is."""
    for _ in range(4):
        alpha, beta = rng.uniform(0.02, 0.1), rng.uniform(0.001, 0.004)
        points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b), noise=0.02)
        a, b = fitted(submission, points)
        bought = submission.call("peak", a, b, 100)
        best = max(usl(n, alpha, beta) for n in range(1, 101))
        assert isinstance(bought, int), f"peak returned {bought!r} instead of a whole number"
        assert 1 <= bought <= 100, f"{bought} workers were to be bought, of 1 to 100"
        reached = usl(bought, alpha, beta)
        assert reached >= 0.93 * best, f"{bought} workers reach {reached:.1f} of {best:.1f} times"
        assert near(usl(bought, a, b), reached, 10), "your law promises what is not reached"


@pytest.mark.hint("Leave the negative one out and fit the other one again: its best value changed.")
@pytest.mark.points(2)
def test_neither_is_ever_negative(submission, rng):
    """Points for which alpha or beta would be negative: it is 0, and the other fits alone."""
    for alpha, beta in ((rng.uniform(0.04, 0.06), -0.0003), (-0.02, rng.uniform(0.002, 0.004))):
        points = measured(rng, lambda n, a=alpha, b=beta: usl(n, a, b))
        got = fitted(submission, points)
        assert min(got) >= 0, f"{got} has a negative number in it"
        zero, other = (got[1], got[0]) if beta < 0 else (got[0], got[1])
        assert zero < 1e-6, f"{got} fits worse than a law without {min(got)}"
        said, true = usl(32, *got), usl(32, alpha, beta)
        assert other > 0, f"{got} leaves nothing of the law"
        assert near(said, true, 6), f"measured {true:.1f} times with 32, your law says {said:.1f}"


@pytest.mark.hint(
    "Try every crew from 1 to the most; the square root of the formula is no integer."
)
@pytest.mark.points(2)
def test_the_peak_is_the_best_whole_number(submission, rng):
    """`peak` is the crew with the highest speed-up: 22 for alpha 0.05 and beta 0.002."""
    assert same(submission.call("peak", 0.05, 0.002, 64), 22), "alpha 0.05, beta 0.002: not 22"
    for _ in range(12):
        alpha, beta = rng.uniform(0, 0.3), rng.uniform(0.001, 0.03)
        got = submission.call("peak", alpha, beta, 200)
        best = max(range(1, 201), key=lambda n, a=alpha, b=beta: usl(n, a, b))
        assert same(got, best), f"alpha {alpha:.3f}, beta {beta:.4f}: {best} is best, not {got!r}"


@pytest.mark.hint("Without beta nothing turns down; and who gains nothing buys nothing.")
def test_the_peak_has_limits(submission, rng):
    """No more than `most`; with beta 0 it is `most`; if all crews are alike it is 1."""
    most = rng.randint(5, 15)
    assert same(submission.call("peak", 0.05, 0.002, most), most), f"more than {most} to be had?"
    got = submission.call("peak", 0.03, 0.0, 10 * most)
    assert same(got, 10 * most), f"without beta the biggest crew is best, not {got!r}"
    got = submission.call("peak", 1.0, 0.0, most)
    assert same(got, 1), f"all crews are equally fast and {got!r} is not the smallest"


@pytest.mark.hint("Count the different numbers of workers besides 1 before you divide.")
def test_too_few_points_are_refused(submission, rng):
    """Nothing but one worker, or for the USL one other crew, however often: ValueError."""
    one, crew = rng.uniform(20, 40), rng.randint(2, 20)
    failure = submission.failure("fit_amdahl", [[1, one]])
    assert "ValueError" in failure.message, "fit_amdahl knew a share from one worker alone"
    twice = [[crew, one * 1.5], [1, one], [crew, one * 1.6]]
    failure = submission.failure("fit_usl", twice)
    assert "ValueError" in failure.message, "fit_usl knew two numbers from one crew"
