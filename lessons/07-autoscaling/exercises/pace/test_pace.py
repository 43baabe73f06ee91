"""The rules of the task, and for each rule afternoons where another rule shows."""

from itertools import product

import pytest

from course.judge.compare import same

STEP = 15  # seconds between two looks
MOST_TRIES = 3_000  # to find afternoons where a rule shows


def remembered(asked, *_):
    return asked


def is_old(age):
    return age >= 300


def allowed(current, most):
    return min(most, max(2 * current, 4))


def raised(highest, least):
    return max(highest, least)


def first(current, _asked):
    return current


RULES = {
    "remembered": remembered, "old": is_old, "allowed": allowed, "raised": raised, "first": first,
    "wanted": lambda highest, _current, _asked: highest,
}  # fmt: skip


def truth(looks, **other):
    """What the task's rules decide at each look, or these other rules instead of some."""
    how = {**RULES, **other}
    memory, results = [], []
    for now, given, asked, least, most in looks:
        current = results[-1] if given is None else given
        if not memory and (begun := how["first"](current, asked)) is not None:
            memory.append((now, begun))
        memory.append((now, how["remembered"](asked, current, least, most)))
        memory = [one for one in memory if not how["old"](now - one[0])]
        highest = max([one for _, one in memory], default=asked)
        wanted = how["raised"](how["wanted"](highest, current, asked), least)
        results.append(min(wanted, how["allowed"](current, most)))
        if how.get("keeps"):
            memory[-1] = (now, results[-1])
    return results


# -- drawing afternoons


def looks_of(asked, start, least, most, begun=0):
    """Looks with the same bounds, where everything becomes as it was decided."""
    return [[begun + STEP * n, None if n else start, one, least, most]
            for n, one in enumerate(asked)]  # fmt: skip


def afternoon(rng, *, length=48, bounds=False, hand=False):
    """Load that rises, falls and stays; with bounds that change, or somebody who interferes."""
    asked, level = [], rng.randint(1, 30)
    for _ in range(length):
        level = rng.randint(0, rng.choice((6, 40))) if rng.random() < 0.2 else level
        asked.append(level)
    least, most = rng.randint(1, 4), rng.randint(5, 40)
    looks = looks_of(asked, rng.randint(2, 20), least, most, rng.randint(0, 10**6))
    for place, look in enumerate(looks):
        if bounds and rng.random() < 0.15:
            least, most = rng.randint(1, 4), rng.randint(4, 40)
        look[3:] = least, most
        if hand and place and rng.random() < 0.1:
            look[1] = rng.randint(2, 30)
    return looks


def shows(rng, rule, count, **how):
    """So many afternoons in which another rule than the task's leads elsewhere."""
    drawn = (afternoon(rng, **how) for _ in range(MOST_TRIES))
    found = [one for one, _ in zip((a for a in drawn if truth(a) != truth(a, **rule)),
                                   range(count), strict=False)]  # fmt: skip
    if len(found) < count:
        raise RuntimeError(f"{len(found)} afternoons of {count} for {list(rule)}")
    return found


def agrees(submission, *afternoons):
    for got, looks in zip(submission.call("play", list(afternoons)), afternoons, strict=True):
        compare(got, looks)


def compare(got, looks, before=()):
    """Blame the first look at which another number came than the rules want."""
    known = len(before)
    expected = truth([*before, *looks])[known:]
    for n, look in enumerate(looks):
        now, given, asked, least, most = look
        current = given if given is not None else expected[n - 1]
        assert same(got[n], expected[n]), (
            f"{now - [*before, *looks][0][0]} s after the first look, at {current} replicas, "
            f"{asked} asked for and bounds of {least} and {most}, "
            f"you decided {got[n]}, not {expected[n]}"
        )


@pytest.fixture
def sees(submission, rng):
    """Checks some afternoons of each sort in which one of these rules would lead elsewhere."""

    def check(*rules, sorts=({},), count=4):
        for rule, sort in product(rules, sorts):
            for looks in shows(rng, rule, count, **sort):
                agrees(submission, looks)

    return check


@pytest.mark.hint("Nothing holds you back on the way up, except the doubling.")
def test_up_at_once(submission, rng):
    """More is granted at the very next look, when a doubling is enough for it."""
    for _ in range(10):
        start = rng.randint(4, 12)
        asked = [start, rng.randint(start + 1, 2 * start), 2 * start]
        agrees(submission, looks_of(asked, start, 1, 40))


@pytest.mark.hint("Twice the current number, or four where that is more.")
@pytest.mark.points(2)
def test_a_step_at_most_doubles(submission, rng, sees):
    """From 2 to 30 it takes 4, 8, 16, 30, though 30 was asked for once; from 1 it may go to 4."""
    agrees(submission, looks_of([30] * 5, 2, 1, 50))
    agrees(submission, looks_of([rng.randint(25, 40)] + [5] * 9, 2, 1, 50))
    for start, most in product((1, 2, 3, 4, 5), (1, 2, 3, 4, 9, 99)):
        agrees(submission, looks_of([rng.randint(20, 90)] * 8, start, 1, most))
    by_last = {"wanted": lambda highest, _current, _asked: highest,
               "allowed": lambda current, most: min(most, max(2 * current - 1, 4))}  # fmt: skip
    freely = {"allowed": lambda _current, most: most}
    sees(by_last, freely, sorts=({}, {"hand": True}))


@pytest.mark.hint("`current` comes with each call: somebody else may have changed it.")
def test_what_there_is_counts_for_the_next_step(submission, rng):
    """Twice as many as there are now, whatever was decided the time before."""
    for _ in range(10):
        looks = looks_of([60] * 6, 3, 1, 99)
        looks[rng.randint(3, 5)][1] = rng.randint(1, 6)
        agrees(submission, looks)
    for _ in range(5):
        agrees(submission, afternoon(rng, hand=True))


@pytest.mark.hint("Take the highest of all that was asked for within the window.")
@pytest.mark.points(2)
def test_down_after_five_minutes(submission, rng, sees):
    """Fewer are granted when nothing higher was asked for in the last 300 seconds."""
    for length in range(1, 7):
        high, low = rng.randint(8, 20), rng.randint(1, 7)
        asked = [high] * length + [low] * 26
        agrees(submission, looks_of(asked, high, 1, 40, rng.randint(0, 99)))
    older = {"old": lambda age: age > 300}
    younger = {"old": lambda age: age > 270}
    at_once = {"wanted": lambda _highest, _current, asked: asked}
    stays = {"wanted": lambda highest, current, _asked: max(highest, current - 1)}
    sees(older, younger, at_once, stays)


@pytest.mark.hint(
    "Each request has an age of its own: as the highest grows too old, the next counts."
)
def test_down_in_the_steps_that_were_asked_for(submission, rng):
    """Falling load is followed as it fell, five minutes later; a short peak starts it anew."""
    for _ in range(10):
        falling = sorted(rng.sample(range(1, 20), 8), reverse=True)
        peak = [rng.randint(10, 19)]
        asked = [one for one in falling for _ in range(3)] + peak + [1] * 30
        agrees(submission, looks_of(asked, falling[0], 1, 40))


@pytest.mark.hint("Before the first look somebody had wanted `current`; remember that first.")
def test_a_new_controller_takes_nothing_away(submission, rng, sees):
    """With an empty memory, the pods that are there count as asked for just now."""
    for begun in (0, rng.randint(1, 10**6)):
        for _ in range(5):
            asked = [rng.randint(1, 3)] * 24
            agrees(submission, looks_of(asked, rng.randint(6, 20), 1, 40, begun))
    blank = {"first": lambda _current, _asked: None}
    sees(blank, sorts=({}, {"bounds": True}))


@pytest.mark.hint("The bounds have the last word, after the memory.")
def test_the_bounds_have_the_last_word(submission, rng):
    """Never fewer than `least` nor more than `most`, whatever was asked for."""
    for _ in range(10):
        least, most = rng.randint(2, 4), rng.randint(8, 12)
        asked = [rng.randint(0, 1)] * 24 + [rng.randint(30, 60)] * 6 + [0] * 24
        agrees(submission, looks_of(asked, least, least, most))
        agrees(submission, looks_of(asked, rng.randint(13, 30), least, most))
    for same_for_both in (1, 2, 3, 4):
        agrees(submission, looks_of([0, 9, 3, 0], same_for_both, same_for_both, same_for_both))


@pytest.mark.hint("Remember `asked` as it came: what the bounds make of it today may change.")
@pytest.mark.points(2)
def test_what_was_asked_for_is_remembered(sees):
    """When the bounds change, what was asked for before is remembered as it was asked for."""
    cut_at_most = {"remembered": lambda asked, _current, _least, most: min(asked, most)}
    raised_first = {"remembered": lambda asked, _current, least, _most: max(asked, least)}
    sees(cut_at_most, raised_first, sorts=({"bounds": True}, {"bounds": True, "hand": True}))
    cut_at_step = {"remembered": lambda asked, current, *_: min(asked, max(2 * current, 4))}
    sees(cut_at_step, {"keeps": True}, sorts=({}, {"bounds": True}, {"hand": True}))


@pytest.mark.hint("Read `bounds` anew in each call.")
def test_bounds_that_change(submission, rng):
    """The bounds of this call count, not those of an earlier one."""
    for change in ((1, 5), (4, 40), (2, 9), (3, 99)):
        looks = looks_of([rng.randint(20, 60)] * 12 + [0] * 30, 10, 1, 30)
        for look in looks[rng.randint(6, 9) :]:
            look[3:] = change
        agrees(submission, looks)


@pytest.mark.hint("Keep what you need in `memory`, and nothing in a variable of the module.")
def test_each_controller_has_a_memory_of_its_own(submission, rng):
    """Several autoscalers, whose looks come in turn, know nothing of each other."""
    for _ in range(3):
        agrees(submission, *(afternoon(rng) for _ in range(3)))


@pytest.mark.hint("Take the failing look through the six rules by hand, in their order.")
@pytest.mark.points(2)
def test_any_afternoon(submission, rng):
    """Forty-eight looks at random load follow the rules, one by one."""
    for n in range(25):
        agrees(submission, afternoon(rng, bounds=bool(n % 2), hand=bool(n % 3 == 2)))


@pytest.mark.hint("Whatever is older than the window will never count again.")
def test_the_memory_does_not_grow(submission, rng):
    """After a thousand looks there is not more in memory than after a hundred."""
    looks = looks_of([rng.randint(1, 9) for _ in range(1000)], 4, 1, 20)
    packed, sizes = "", []
    for start, end in ((0, 100), (100, 550), (550, 1000)):
        expected = truth(looks[:start]) if start else [4]
        looks[start][1] = expected[-1]
        told = submission.call("carry", packed, looks[start:end])
        compare(told["results"], looks[start:end], looks[:start])
        packed = told["memory"]
        sizes.append(len(packed))
        submission.restart()
    assert sizes[-1] <= 1.5 * sizes[0] + 500, (
        f"`memory` took {sizes[0]} characters after a hundred looks, "
        f"{sizes[-1]} after a thousand (carried by `pickle`)"
    )
