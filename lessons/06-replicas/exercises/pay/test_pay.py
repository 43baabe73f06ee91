import time
from collections import Counter

import pytest

from course.judge.compare import same

NAMES = ["ada", "bob", "cyn"]


A_LITTLE = 1.2  # seconds that a call may take longer than it was told


class Tried:
    """What the first try of a check has shown."""

    unknown: str | None = None


@pytest.fixture(autouse=True)
def opened(submission, rig, rng):
    """Three accounts on a set that works."""
    if Tried.unknown is None:
        rig.fire("ready", balances={"try": 0})
        probe = {"id": "try-1", "account": "try", "amount": 1}
        submission.call("book", [probe], patience=1.0)
        submission.restart()
        Tried.unknown = rig.fire("unknown")
    assert not Tried.unknown, Tried.unknown
    balances = {name: rng.randrange(1000, 9000) for name in NAMES}
    rig.fire("ready", balances=balances)
    return balances


@pytest.fixture
def payments(rng):
    """Far more than are booked in a test; some are alike but for the id."""
    mark = "".join(rng.choices("abcdefgh", k=6))
    amounts = rng.sample(range(1, 500), 40)
    return [
        {"id": f"{mark}-{n}", "account": rng.choice(NAMES), "amount": rng.choice(amounts)}
        for n in range(600)
    ]


def timed(submission, *call, **how):
    """What a call returns, and how long it took."""
    started = time.monotonic()
    return submission.call(*call, **how), time.monotonic() - started


def after(opened, payments, ids):
    """The balances with these payments booked once each."""
    balances = dict(opened)
    for one in payments:
        if one["id"] in ids:
            balances[one["account"]] += one["amount"]
    return balances


def holds(rig, opened, payments, outcomes, when):
    """Every payment was acknowledged, and is there exactly once."""
    kinds = Counter(one["outcome"] for one in outcomes)
    assert set(kinds) == {"booked"}, f"{when}, {sum(kinds.values())} payments gave {dict(kinds)}"
    wanted = sum(after(opened, payments, {one["id"] for one in outcomes}).values())
    found = rig.fire("balances")
    off = sum(found.values()) - wanted
    assert off >= 0, f"{when}, {-off} of the money that was acknowledged is lost"
    assert off == 0, f"{when}, {off} too much was booked: some payments counted twice"
    each = after(opened, payments, {one["id"] for one in outcomes})
    assert same(found, each), f"{when}, the sum is right, but money is on the wrong account"


@pytest.mark.hint("What you were given passes this one: does it still add the amount?")
@pytest.mark.points(1)
def test_payments_are_booked(submission, rig, opened, payments):
    """On a quiet day, sixty payments arrive on their accounts, alike or not."""
    outcomes = submission.call("book", payments[:60], threads=4)
    holds(rig, opened, payments, outcomes, "on a quiet day")


@pytest.mark.hint("Keep the ids of payments in the account; book only if the id is not there.")
@pytest.mark.points(3)
def test_asked_again_it_is_booked_once(submission, rig, rng, opened, payments):
    """Fifteen payments are asked for two or three times: each returns, each is booked once."""
    asked = [one for one in payments[:15] for _ in range(rng.choice([2, 3]))]
    rng.shuffle(asked)
    outcomes = submission.call("book", asked)
    holds(rig, opened, payments, outcomes, "with every payment asked for again")


@pytest.mark.hint("To look first and book then leaves a gap: put the condition into the update.")
@pytest.mark.points(3)
def test_asked_twice_at_the_same_time_it_is_booked_once(submission, rig, opened, payments):
    """Eight threads ask for the same payment at once; five payments, one after the other."""
    outcomes = []
    for one in payments[:5]:
        outcomes += submission.call("book", [one] * 8, threads=8)
    holds(rig, opened, payments, outcomes, "with eight askers at once")


@pytest.mark.hint("A lock holds up one process. What do all processes look at when they book?")
@pytest.mark.points(2)
def test_two_processes_ask_at_the_same_time(submission, rig, opened, payments):
    """Three processes ask for the same payments at once: each returns, each is booked once."""
    outcomes = submission.call("book_apart", payments[:12], 3)
    assert len(outcomes) == 36, f"of 36 calls in three processes, {len(outcomes)} came back"
    holds(rig, opened, payments, outcomes, "with three processes asking for the same")


@pytest.mark.hint("A payment may be asked for again after hundreds of others, by another process.")
@pytest.mark.points(2)
def test_a_payment_is_remembered_for_good(submission, rig, opened, payments):
    """Asked for again after 250 others, by a new process, a payment is still booked once."""
    alike = [{**one, "account": NAMES[0]} for one in payments[:255]]
    outcomes = submission.call("book", alike[:5])
    outcomes += submission.call("book", alike[5:], threads=6)
    submission.restart()
    outcomes += submission.call("book", alike[:5])
    holds(rig, opened, alike, outcomes, "asked for again after 250 other payments")


@pytest.mark.hint("A connection that breaks is no answer: try again until there is a primary.")
@pytest.mark.points(4)
def test_the_primary_is_killed(submission, rig, opened, payments):
    """SIGKILL while four threads book: everything is acknowledged, and there exactly once."""
    submission.call("start", payments)
    rig.fire("kill_primary")
    outcomes = submission.call("finish")
    holds(rig, opened, payments, outcomes, "with the primary killed")


@pytest.mark.hint("Who has to have a write before you may say that it is done? See w.")
@pytest.mark.points(4)
def test_the_primary_is_cut_off(submission, rig, opened, payments):
    """A primary that has lost touch takes payments until it is deposed: none of them is lost."""
    submission.call("start", payments)
    rig.fire("depose_primary")
    outcomes = submission.call("finish")
    holds(rig, opened, payments, outcomes, "with the primary cut off")


@pytest.mark.hint(
    "What may be claimed while only the primary has it? And one deadline is for all tries."
)
@pytest.mark.points(4)
def test_without_a_majority_nothing_is_claimed(submission, rig, opened, payments):
    """Both secondaries are dead: NotBooked in time, also for who asks again; later, booked once."""
    submission.call("book", payments[:3])
    rig.fire("kill_secondaries")
    asked = payments[3:6]
    for count, patience in (("first", 0.6), ("second", 1.5)):
        quickest = 99.0
        for _ in range(3):  # a busy machine makes a call late, never early
            outcomes, seconds = timed(submission, "book", asked, patience=patience, threads=3)
            for one in outcomes:
                assert one["outcome"] == "NotBooked", (
                    f"with no majority, asked for the {count} time: {one['outcome']}"
                )
            assert seconds > patience * 0.6, f"{patience} s of patience were over in {seconds} s"
            quickest = min(quickest, seconds)
            if quickest < patience + A_LITTLE:
                break
        late = quickest - patience
        assert late < A_LITTLE, f"{patience} s of patience became {quickest:.1f} s"
    rig.fire("mend")
    outcomes = submission.call("book", payments[:6], patience=10.0)
    holds(rig, opened, payments, outcomes, "asked again after the secondaries came back")


@pytest.mark.hint("This is no failure that passes: find out whether there is such an account.")
@pytest.mark.points(2)
def test_a_stranger_gets_no_account(submission, rig, rng, opened, payments):
    """An unknown account is a LookupError, at once, and stays unknown."""
    stranger = {**payments[0], "account": f"stranger-{rng.randrange(1000)}"}
    submission.call("book", payments[:1], patience=6.0)
    quickest = 99.0
    for _ in range(3):
        [one], seconds = timed(submission, "book", [stranger], patience=6.0)
        assert one["outcome"] == "LookupError", f"an unknown account gave {one['outcome']}"
        quickest = min(quickest, seconds)
    assert quickest < 0.8, f"it took {quickest:.1f} s to find out"
    opened[payments[0]["account"]] += payments[0]["amount"]
    assert same(rig.fire("balances"), opened), "a payment to nobody changed the accounts"


@pytest.mark.hint("`patience` has a default: 10 seconds.")
@pytest.mark.points(1)
def test_patience_is_ten_seconds_by_default(submission, rig, payments):
    """Without a majority and without a patience, NotBooked comes after ten seconds."""
    submission.call("book", payments[:1])
    rig.fire("kill_secondaries")
    [one], seconds = timed(submission, "book", payments[1:2], patience=None)
    assert one["outcome"] == "NotBooked", f"with no majority: {one['outcome']}"
    assert 8 < seconds < 15, f"ten seconds of patience became {seconds:.1f} s"
