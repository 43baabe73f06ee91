"""The contract of `supervise`: what is started when, in virtual time."""

import pytest


def policy(rng, **changes):
    """Numbers nobody can know beforehand; waits are well apart from lives."""
    first = round(rng.uniform(0.5, 1.5), 2)
    rules = {"healthy": 10.0, "first": first, "longest": round(first * 6, 2), "limit": 50}
    return {**rules, **changes}


def starts_of(submission, slot, lives, rules, seconds=10_000.0):
    """When the workers of a slot were started."""
    seen = submission.call("run", lives, rules, seconds)
    return [at for at, number in seen["starts"] if number == slot]


def gaps(starts, lives):
    """How long the slot stayed empty after each death."""
    return [
        round(born - before - lived, 6)
        for before, born, lived in zip(starts, starts[1:], lives, strict=False)
    ]


@pytest.mark.hint("`for slot in world.slots: world.start(slot)`, before you wait for anything.")
def test_every_slot_gets_a_worker_at_the_start(submission, rng):
    """At the start, every slot gets one worker."""
    slots = rng.sample(range(1, 30), rng.randint(3, 6))
    seen = submission.call("run", [[slot, []] for slot in slots], policy(rng), 100.0)
    started = sorted(slot for at, slot in seen["starts"] if at == 0)
    assert started == sorted(slots), f"slots {sorted(slots)} were to be filled, got {started}"
    assert len(seen["starts"]) == len(slots), "workers were started though nobody died"


@pytest.mark.hint("Remember which slot a pid was started for: `slot_of[pid] = slot`.")
def test_a_healthy_worker_is_replaced_at_once_in_its_slot(submission, rng):
    """A worker that lived long and died is replaced at once, in the same slot."""
    slot = rng.randint(1, 4)
    life = round(rng.uniform(20, 90), 2)
    lives = [[n, [life] if n == slot else []] for n in range(1, 5)]
    seen = submission.call("run", lives, policy(rng), 1_000.0)
    later = [[at, number] for at, number in seen["starts"] if at > 0]
    assert later == [[life, slot]], (
        f"the worker of slot {slot} died at {life} s; after the start, these were started: {later}"
    )


@pytest.mark.hint("Look at each slot's row of crashes: `first * 2 ** (crashes - 1)`.")
@pytest.mark.points(2)
def test_each_crash_in_a_row_doubles_the_wait(submission, rng):
    """Each crash at birth in a row doubles the wait: first, twice that, four times that."""
    rules = policy(rng, longest=1_000.0)
    short = [0.25] * 4
    starts = starts_of(submission, 1, [[1, short], [2, []]], rules)
    want = [round(rules["first"] * factor, 6) for factor in (1, 2, 4, 8)]
    assert gaps(starts, short) == want, (
        f"after crashes in a row the slot waited {gaps(starts, short)} s, expected {want}"
    )


@pytest.mark.hint("`min(wait, policy.longest)`")
def test_no_wait_is_longer_than_the_longest(submission, rng):
    """Waits stop growing at `longest`."""
    rules = policy(rng)
    short = [0.25] * 8
    starts = starts_of(submission, 1, [[1, short]], rules)
    seen = gaps(starts, short)
    assert len(seen) == 8, f"eight workers died and {len(starts) - 1} were replaced"
    assert seen[3:] == [round(rules["longest"], 6)] * 5, (
        f"with a longest wait of {rules['longest']} s the slot waited {seen}"
    )


@pytest.mark.hint("When a worker lived `healthy` seconds, set its slot's row of crashes to 0.")
@pytest.mark.points(2)
def test_a_healthy_life_ends_the_row(submission, rng):
    """After a healthy life, the next crash at birth waits `first` again."""
    rules = policy(rng, longest=1_000.0)
    lives = [0.25, 0.25, 0.25, rules["healthy"] + rng.uniform(1, 50), 0.25, 0.25]
    seen = gaps(starts_of(submission, 1, [[1, lives]], rules), lives)
    first = rules["first"]
    want = [round(wait, 6) for wait in (first, 2 * first, 4 * first, 0, first, 2 * first)]
    assert seen == want, f"three crashes, a healthy life, two crashes: waited {seen}, not {want}"


@pytest.mark.hint("`>=`: exactly `healthy` seconds is enough.")
def test_living_exactly_the_healthy_time_is_enough(submission, rng):
    """A worker that lived exactly `healthy` seconds did not crash at birth."""
    rules = policy(rng, healthy=8.0)
    starts = starts_of(submission, 1, [[1, [8.0]]], rules)
    assert starts == [0.0, 8.0], f"a life of exactly 8 s was followed by starts at {starts}"


@pytest.mark.hint("Do not wait for one slot: wait until the earliest slot is due, or a death.")
@pytest.mark.points(2)
def test_other_slots_are_looked_after_while_one_waits(submission, rng):
    """While one slot waits, a death elsewhere is answered at once."""
    rules = policy(rng, first=60.0, longest=600.0)
    life = round(rng.uniform(15, 50), 2)
    starts = starts_of(submission, 2, [[1, [0.5, 0.5]], [2, [life]]], rules)
    assert starts == [0.0, life], (
        f"slot 1 was waiting when slot 2's worker died at {life} s; slot 2 was filled at {starts}"
    )


@pytest.mark.hint("Keep one row of crashes for each slot, in a dictionary.")
def test_every_slot_has_its_own_row(submission, rng):
    """What crashes in one slot does not lengthen the wait of another."""
    rules = policy(rng, longest=1_000.0)
    slots = [[n, [round(rng.uniform(0.1, 0.9), 2)]] for n in range(1, 5)]
    seen = submission.call("run", slots, rules, 1_000.0)
    for number, lives in slots:
        starts = [at for at, slot in seen["starts"] if slot == number]
        assert gaps(starts, lives) == [rules["first"]], (
            f"slot {number} crashed once and waited {gaps(starts, lives)}, not {rules['first']} s"
        )


@pytest.mark.hint("`world.wait` returns a list: several may have died at the same moment.")
@pytest.mark.points(2)
def test_those_who_die_together_are_all_replaced(submission, rng):
    """Workers that die at the same moment are all replaced."""
    life = round(rng.uniform(20, 90), 2)
    seen = submission.call("run", [[n, [life]] for n in range(1, 5)], policy(rng), 1_000.0)
    refilled = sorted(slot for at, slot in seen["starts"] if at == life)
    assert refilled == [1, 2, 3, 4], f"four died at {life} s, slots {refilled} were filled again"


@pytest.mark.hint("Count crashes per slot. At `policy.limit`, do not make the slot due any more.")
@pytest.mark.points(2)
def test_it_gives_up_after_the_limit(submission, rng):
    """After `limit` crashes at birth in a row the slot stays empty, and the others go on."""
    limit = rng.randint(3, 6)
    rules = policy(rng, limit=limit)
    lives = [[1, [0.25] * 40], [2, [2_000.0]]]
    seen = submission.call("run", lives, rules, 5_000.0)
    tries = [at for at, slot in seen["starts"] if slot == 1]
    others = [at for at, slot in seen["starts"] if slot == 2]
    assert len(tries) == limit, f"with a limit of {limit}, {len(tries)} workers were started"
    assert others == [0.0, 2_000.0], f"slot 2 had a death at 2000 s and starts at {others}"


@pytest.mark.hint("Crashes *in a row*: a slot that crashes now and then is never given up.")
def test_crashes_that_are_not_in_a_row_are_no_reason_to_give_up(submission, rng):
    """Only crashes in a row count towards the limit."""
    rules = policy(rng, limit=3)
    lives = [0.25, 0.25, 30.0] * 5
    starts = starts_of(submission, 1, [[1, lives]], rules)
    assert len(starts) == len(lives) + 1, (
        f"never three crashes in a row, and yet only {len(starts)} workers were started"
    )


@pytest.mark.hint("Hand `world.wait` the seconds until the next slot is due, or None.")
def test_it_sleeps_when_there_is_nothing_to_do(submission, rng):
    """The supervisor sleeps until something happens; it does not look around every moment."""
    lives = [[1, [30.0, 0.25, 0.25]], [2, []]]
    seen = submission.call("run", lives, policy(rng), 5_000.0)
    assert len(seen["starts"]) == 5, f"three died, and {len(seen['starts']) - 2} were replaced"
    assert seen["waits"] <= 20, f"three deaths and two waits, and it woke up {seen['waits']} times"


@pytest.mark.hint("The loop is `while world.goes_on():`.")
def test_it_returns_when_the_system_shuts_down(submission, rng):
    """It returns when the system shuts down, also while a slot is waiting."""
    rules = policy(rng, first=500.0, longest=500.0)
    seen = submission.call("run", [[1, [0.25] * 9], [2, []]], rules, 100.0)
    assert seen["ended"] == 100.0, f"shut down at 100 s, and it returned at {seen['ended']} s"
    assert len(seen["starts"]) == 2, f"slot 1 was to wait 500 s, starts were {seen['starts']}"
