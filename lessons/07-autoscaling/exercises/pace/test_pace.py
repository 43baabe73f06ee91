import pytest

from course.judge.compare import same


def truth(asked, start, least, most):
    """The rules of the task, played over all looks."""
    current, results = start, []
    for look, _ in enumerate(asked):
        recent = asked[max(0, look - 19) : look + 1]
        if look < 20:
            recent = [*recent, start]
        highest = max(recent)
        allowed = min(most, max(2 * current, 4))
        current = least if highest < least else min(highest, allowed)
        results.append(current)
    return results


def agrees(submission, asked, start, least, most):
    got = submission.call("play", asked, start, least, most)["results"]
    expected = truth(asked, start, least, most)
    if not same(got, expected):
        pairs = zip(got, expected, strict=False)
        look = next((n for n, (a, b) in enumerate(pairs) if a != b), len(got))
        before = got[look - 1] if look else start
        raise AssertionError(
            f"after {15 * look} s, at {before} replicas and {asked[look]} asked for, "
            f"you decided {got[look] if look < len(got) else None}, not {expected[look]}"
        )


@pytest.mark.hint("Nothing holds you back on the way up, except the doubling.")
def test_up_at_once(submission, rng):
    """More is granted at the very next look, when a doubling is enough for it."""
    for _ in range(10):
        start = rng.randint(4, 12)
        agrees(submission, [start, rng.randint(start + 1, 2 * start)], start, 1, 40)


@pytest.mark.hint("Twice the current number, or four where that is more.")
@pytest.mark.points(2)
def test_a_step_at_most_doubles(submission, rng):
    """From 2 to 30 it takes 4, 8, 16, 30, though 30 was asked for once; from 1 it may go to 4."""
    agrees(submission, [30] * 5, 2, 1, 50)
    agrees(submission, [rng.randint(25, 40)] + [5] * 9, 2, 1, 50)
    for _ in range(10):
        agrees(submission, [rng.randint(20, 90)] * 8, rng.randint(1, 4), 1, rng.randint(40, 99))


@pytest.mark.hint("Take the highest of all that was asked for within the window.")
@pytest.mark.points(2)
def test_down_after_five_minutes(submission, rng):
    """Fewer are granted when nothing higher was asked for in the last 300 seconds."""
    for _ in range(10):
        high, low = rng.randint(8, 20), rng.randint(1, 7)
        agrees(submission, [high] * rng.randint(1, 6) + [low] * 26, high, 1, 40)


@pytest.mark.hint(
    "Each request has an age of its own: as the highest grows too old, the next counts."
)
def test_down_in_the_steps_that_were_asked_for(submission, rng):
    """Falling load is followed as it fell, five minutes later; a short peak starts it anew."""
    for _ in range(10):
        falling = sorted(rng.sample(range(1, 20), 8), reverse=True)
        peak = [rng.randint(10, 19)]
        asked = [one for one in falling for _ in range(3)] + peak + [1] * 30
        agrees(submission, asked, falling[0], 1, 40)


@pytest.mark.hint("Before the first look somebody had wanted `current`; remember that first.")
def test_a_new_controller_takes_nothing_away(submission, rng):
    """With an empty memory, the pods that are there count as asked for just now."""
    for _ in range(10):
        agrees(submission, [rng.randint(1, 3)] * 24, rng.randint(6, 20), 1, 40)


@pytest.mark.hint("The bounds have the last word, after the memory.")
def test_the_bounds_have_the_last_word(submission, rng):
    """Never fewer than `least` nor more than `most`, whatever was asked for."""
    for _ in range(10):
        least, most = rng.randint(2, 4), rng.randint(8, 12)
        asked = [rng.randint(0, 1)] * 24 + [rng.randint(30, 60)] * 6 + [0] * 24
        agrees(submission, asked, least, least, most)


@pytest.mark.hint("Remember `asked` as it came: what the bounds make of it today may change.")
@pytest.mark.points(2)
def test_any_afternoon(submission, rng):
    """Forty looks at random load follow the rules, one by one."""
    for _ in range(25):
        asked, level = [], rng.randint(1, 30)
        for _ in range(40):
            level = rng.randint(0, 40) if rng.random() < 0.15 else level
            asked.append(level)
        agrees(submission, asked, rng.randint(1, 10), rng.randint(1, 3), rng.randint(12, 40))


@pytest.mark.hint("Whatever is older than the window will never count again.")
def test_the_memory_does_not_grow(submission, rng):
    """After a thousand looks there is not more in memory than after a hundred."""
    asked = [rng.randint(1, 9) for _ in range(1000)]
    kept = submission.call("play", asked, 4, 1, 20)["remembered"]
    assert kept <= 60, f"after a thousand looks `memory` held {kept} entries"
