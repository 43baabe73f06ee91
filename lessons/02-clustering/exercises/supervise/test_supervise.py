"""The contract of `supervise`: what is started when, in virtual time."""

from itertools import permutations

import pytest

MOST_TURNS = 100  # starts and waits while the clock stands still
MOST_NAPS = 50  # times it wakes up for nothing, before it is stopped
TICK = 1 / 64  # every time is a whole number of them, so that sums are exact


class World:
    """What the operating system would be: workers live as long as planned, nothing really waits.

    Args:
        lives: For each slot, how long its successive workers live; then comes one that stays.
        seconds: When the system shuts down.
    """

    def __init__(self, rng, lives, seconds):
        self.starts = []  # (when, slot), from the beginning on
        self.naps = []  # when it woke up, and nobody had died
        self._rng = rng
        self._lives = {slot: list(lengths) for slot, lengths in lives}
        self._now = self.began = ticks(rng, 100, 5000)  # the clock ran before
        self._end = self.began + seconds
        self._deaths = {}  # pid: when
        self._turns = 0

    @property
    def passed(self):
        """Seconds since the beginning."""
        return self._now - self.began

    def start(self, slot):
        """A worker is born; its pid."""
        if slot not in self._lives:
            raise ValueError(f"there is no slot {slot!r}; there are {list(self._lives)}")
        self._turn()
        self.starts.append((self.passed, slot))
        pid = self._rng.choice([n for n in range(100, 1000) if n not in self._deaths])
        left = self._lives[slot]
        self._deaths[pid] = self._now + left.pop(0) if left else float("inf")
        return pid

    def wait(self, seconds):
        """Let time pass until somebody dies; who, what time it is, whether the system goes on."""
        self._turn()
        limit = self._end if seconds is None else min(self._end, self._now + max(0.0, seconds))
        wakes = max(self._now, min([limit, *self._deaths.values()]))
        if wakes > self._now:
            self._now, self._turns = wakes, 0
        dead = [pid for pid, at in self._deaths.items() if at <= self._now]
        for pid in dead:
            del self._deaths[pid]
        if not dead and self._now < self._end and not self._turns:
            self.naps.append(self.passed)
        if len(self.naps) > MOST_NAPS:
            raise ValueError(f"it woke up {MOST_NAPS} times although nobody had died")
        return [self._rng.sample(dead, len(dead)), self._now, self._now < self._end]

    def idle(self):
        """How often it woke up for nothing: nobody had died, and it started nobody."""
        return len(set(self.naps) - {at for at, _ in self.starts})

    def _turn(self):
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise ValueError("the loop turns and turns, and no time passes")


def ticks(rng, least, most):
    """Some time between the two."""
    return rng.randint(round(least / TICK), round(most / TICK)) * TICK


def policy(rng, **changes):
    """Numbers nobody can know beforehand."""
    first = ticks(rng, 0.5, 1.5)
    rules = {"healthy": ticks(rng, 8, 12), "first": first, "longest": first * 6, "limit": 50}
    return {**rules, **changes}


def slots(rng, count):
    """Some slots, in any order."""
    return rng.sample(range(1, 60), count)


def rightly(lives, rules, seconds):
    """When which slot gets a worker, by the rules of the task."""
    starts = []
    for slot, lengths in lives:
        at, row = 0.0, 0
        for life in [*lengths, float("inf")]:
            if at < seconds:
                starts.append((at, slot))
            row = 0 if life >= rules["healthy"] else row + 1
            if row >= rules["limit"]:
                break
            at += life
            at += min(rules["first"] * 2 ** (row - 1), rules["longest"]) if row else 0
    return sorted(starts)


def played(submission, rng, lives, rules, seconds):
    """The world in which the submission has supervised these lives."""
    world = World(rng, lives, seconds)
    submission.play(world, "run", [slot for slot, _ in lives], rules, world.began)
    return world


def is_right(submission, rng, lives, rules, seconds=10_000 + TICK / 2):
    """Every slot gets its workers when the rules say; the world in which it did."""
    world = played(submission, rng, lives, rules, seconds)
    want = rightly(lives, rules, seconds)
    for slot, lengths in lives:
        due = [at for at, number in want if number == slot]
        got = [at for at, number in world.starts if number == slot]
        lived = ", ".join(f"{life:g}" for life in lengths) or "no end of"
        assert got == due, (
            f"with {told(rules)} and lives of {lived} s, slot {slot} was to be filled at "
            f"{shown(due)} s and was at {shown(got)} s"
        )
    return world


def told(rules):
    """A policy on one line."""
    return ", ".join(f"{name} {value:g}" for name, value in rules.items())


def shown(moments):
    """Some moments on one line."""
    words = [f"{at:g}" for at in moments[:12]]
    return ", ".join(words + ["…"] * (len(moments) > 12)) or "no"


@pytest.mark.hint("`for slot in world.slots: world.start(slot)`, before you wait for anything.")
def test_every_slot_gets_a_worker_at_the_start(submission, rng):
    """At the start, every slot gets one worker."""
    for count in (1, rng.randint(3, 6)):
        is_right(submission, rng, [[slot, []] for slot in slots(rng, count)], policy(rng))


@pytest.mark.hint("Remember which slot a pid was started for: `slot_of[pid] = slot`.")
def test_a_healthy_worker_is_replaced_at_once_in_its_slot(submission, rng):
    """A worker that lived long and died is replaced at once, in the same slot."""
    lives = [[slot, [ticks(rng, 20, 90) for _ in range(n)]] for n, slot in enumerate(slots(rng, 4))]
    is_right(submission, rng, lives, policy(rng))


@pytest.mark.hint("Look at each slot's row of crashes: `first * 2 ** (crashes - 1)`.")
@pytest.mark.points(2)
def test_each_crash_in_a_row_doubles_the_wait(submission, rng):
    """Each crash at birth in a row doubles the wait: first, twice that, four times that."""
    one, other = slots(rng, 2)
    short = [ticks(rng, TICK, 2) for _ in range(rng.randint(5, 7))]
    is_right(submission, rng, [[one, short], [other, []]], policy(rng, longest=2_000.0))


@pytest.mark.hint("`min(wait, policy.longest)`")
def test_no_wait_is_longer_than_the_longest(submission, rng):
    """Waits stop growing at `longest`, be it a multiple of the first wait or less than it."""
    first = ticks(rng, 0.5, 1.5)
    for longest in (first * 6, first * 4, first * 1.5, first, first / 2):
        lives = [[slots(rng, 1)[0], [ticks(rng, TICK, 2) for _ in range(8)]]]
        is_right(submission, rng, lives, policy(rng, first=first, longest=longest))


@pytest.mark.hint("When a worker lived `healthy` seconds, set its slot's row of crashes to 0.")
@pytest.mark.points(2)
def test_a_healthy_life_ends_the_row(submission, rng):
    """After a healthy life, the next crash at birth waits `first` again."""
    rules = policy(rng, longest=1_000.0)
    healthy = rules["healthy"]
    lives = [0.25, 0.25, 0.25, healthy + ticks(rng, 1, 50), 0.25, 0.25, healthy, healthy, 0.25]
    is_right(submission, rng, [[slots(rng, 1)[0], lives]], rules)


@pytest.mark.hint("`>=`: exactly `healthy` seconds is enough.")
def test_living_exactly_the_healthy_time_is_enough(submission, rng):
    """A worker that lived exactly `healthy` seconds did not crash at birth; a moment less did."""
    for fraction in (0, 0.25, 0.75):
        rules = policy(rng, healthy=rng.randint(4, 12) + fraction)
        enough, less = rules["healthy"], rules["healthy"] - TICK
        for lives in ([enough], [less], [less, less, enough, enough, less]):
            is_right(submission, rng, [[slots(rng, 1)[0], list(lives)]], rules)


@pytest.mark.hint("Do not wait for one slot: wait until the earliest slot is due, or a death.")
@pytest.mark.points(2)
def test_other_slots_are_looked_after_while_one_waits(submission, rng):
    """While one slot waits, a death elsewhere is answered at once."""
    rules = policy(rng, first=64.0, longest=512.0)
    for lives in permutations(([0.5, 0.5], [ticks(rng, 15, 50)] * 3, [])):
        is_right(submission, rng, list(map(list, zip(slots(rng, 3), lives, strict=True))), rules)


@pytest.mark.hint("Of all slots that wait, the one that is due first decides how long to sleep.")
@pytest.mark.points(2)
def test_the_one_that_is_due_first_comes_first(submission, rng):
    """Several slots wait, some longer than others: each is filled when its own wait is over."""
    rules = policy(rng, first=ticks(rng, 3, 4), longest=1_000.0)
    rows = ([0.5] * 4, [0.75, 0.25, 0.5], [1.0, 20.0, 0.25], [2.0], [30.0, 0.5])
    for _ in range(4):
        lives = [[slot, list(row)] for slot, row in zip(slots(rng, 5), rows, strict=True)]
        rng.shuffle(lives)
        is_right(submission, rng, lives, rules)


@pytest.mark.hint("Keep one row of crashes for each slot, in a dictionary.")
def test_every_slot_has_its_own_row(submission, rng):
    """What crashes in one slot, or lives, does not change the wait of another."""
    rules = policy(rng, longest=1_000.0)
    lives = [[slot, [ticks(rng, 0.1, 0.9)]] for slot in slots(rng, 4)]
    is_right(submission, rng, lives, rules)
    crashing, healthy = slots(rng, 2)
    is_right(submission, rng, [[crashing, [0.5] * 5], [healthy, [rules["healthy"]] * 6]], rules)


@pytest.mark.hint("`world.wait` returns a list: several may have died at the same moment.")
@pytest.mark.points(2)
def test_those_who_die_together_are_all_replaced(submission, rng):
    """Workers that die at the same moment are all dealt with, each as its slot needs it."""
    rules = policy(rng, first=2.0, longest=64.0)
    life = ticks(rng, 20, 90)
    is_right(submission, rng, [[slot, [life, life]] for slot in slots(rng, 4)], rules)
    is_right(submission, rng, [[slot, [0.5, 0.5, life]] for slot in slots(rng, 4)], rules)
    mixed = ([0.5, life], [2.5 + life], [2.5 + life - 16.0, 16.0], [2.5 + life - 1.0, 1.0])
    lives = [[slot, list(row)] for slot, row in zip(slots(rng, 4), mixed, strict=True)]
    is_right(submission, rng, lives, rules)


@pytest.mark.hint("Count crashes per slot. At `policy.limit`, do not make the slot due any more.")
@pytest.mark.points(2)
def test_it_gives_up_after_the_limit(submission, rng):
    """After `limit` crashes at birth in a row the slot stays empty, and the others go on."""
    for limit in (1, 2, rng.randint(3, 6)):
        rules = policy(rng, limit=limit, longest=4.0)
        lives = (
            [0.25] * 40,
            [2_000.0, 0.25],
            [20.0] + [0.5] * 40,
            [0.25] * (limit - 1) + [30.0] * 3,
        )
        is_right(submission, rng, list(map(list, zip(slots(rng, 4), lives, strict=True))), rules)


@pytest.mark.hint("Crashes *in a row*: a slot that crashes now and then is never given up.")
def test_crashes_that_are_not_in_a_row_are_no_reason_to_give_up(submission, rng):
    """Only crashes in a row count towards the limit."""
    rules = policy(rng, limit=3)
    is_right(submission, rng, [[slots(rng, 1)[0], [0.25, 0.25, 30.0] * 5]], rules)


@pytest.mark.hint("Hand `world.wait` the seconds until the next slot is due, or None.")
@pytest.mark.points(2)
def test_it_sleeps_when_there_is_nothing_to_do(submission, rng):
    """It sleeps until something happens: with all alive, with one waiting, with nobody left."""
    one, other = slots(rng, 2)
    calm = [[one, [30.0, 0.25, 0.25]], [other, []]]
    hopeless = [[one, [0.25] * 9], [other, [0.5] * 9]]
    for lives, rules in ((calm, policy(rng)), (hopeless, policy(rng, limit=2))):
        world = is_right(submission, rng, lives, rules)
        assert world.idle() <= 3, f"it woke up {world.idle()} times and found nothing to do"


@pytest.mark.hint("The loop is `while world.goes_on():`.")
def test_it_returns_when_the_system_shuts_down(submission, rng):
    """It returns when the system shuts down, not before, also while a slot is waiting."""
    for first, lives in ((500.0, [0.25] * 9), (1.0, []), (1.0, [40.0, 0.25, 20.0])):
        seconds = ticks(rng, 90, 120) + TICK / 2
        rules = policy(rng, first=first, longest=500.0)
        one, other = slots(rng, 2)
        world = is_right(submission, rng, [[one, list(lives)], [other, []]], rules, seconds)
        gone = f"shut down after {seconds:g} s, and it returned after {world.passed:g} s"
        assert world.passed == seconds, gone


@pytest.mark.hint("Each slot for itself follows the seven rules; write down by hand what it does.")
@pytest.mark.points(2)
def test_any_lives_by_the_rules(submission, rng):
    """Whatever happens in whichever slot: each is filled exactly when the rules say."""
    for _ in range(5):
        rules = policy(rng, healthy=ticks(rng, 2, 4), limit=rng.randint(2, 6))
        edge = [rules["healthy"], rules["healthy"] - TICK, TICK, ticks(rng, 5, 30)]
        lives = [
            [slot, [rng.choice([*edge, ticks(rng, TICK, 4)]) for _ in range(rng.randint(0, 12))]]
            for slot in slots(rng, rng.randint(2, 5))
        ]
        world = is_right(submission, rng, lives, rules)
        assert world.idle() <= 3, f"it woke up {world.idle()} times and found nothing to do"
