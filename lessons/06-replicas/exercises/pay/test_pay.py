from collections import Counter

import pytest

from course.judge.compare import same

NAMES = ["ada", "bob", "cyn"]


@pytest.fixture(autouse=True)
def opened(rig, rng):
    """Three accounts on a set that works."""
    balances = {name: rng.randrange(1000, 9000) for name in NAMES}
    rig.fire("ready", balances=balances)
    return balances


@pytest.fixture
def payments(rng):
    """Far more than are booked in a test."""
    mark = "".join(rng.choices("abcdefgh", k=6))
    return [
        {"id": f"{mark}-{n}", "account": rng.choice(NAMES), "amount": rng.randrange(1, 500)}
        for n in range(600)
    ]


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
    """On a quiet day, thirty payments arrive on their accounts."""
    outcomes = submission.call("book", payments[:30])
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
    for count in ("first", "second"):
        for one in submission.call("book", asked, patience=0.6, threads=3):
            assert one["outcome"] == "NotBooked", (
                f"with no majority, asked for the {count} time: {one['outcome']}"
            )
            assert one["seconds"] < 3, f"a patience of 0.6 s became {one['seconds']:.1f} s"
    rig.fire("mend")
    outcomes = submission.call("book", payments[:6], patience=10.0)
    holds(rig, opened, payments, outcomes, "asked again after the secondaries came back")


@pytest.mark.hint("This is no failure that passes: find out whether there is such an account.")
@pytest.mark.points(2)
def test_a_stranger_gets_no_account(submission, rig, rng, opened, payments):
    """An unknown account is a LookupError, at once, and stays unknown."""
    stranger = {**payments[0], "account": f"stranger-{rng.randrange(1000)}"}
    [one] = submission.call("book", [stranger], patience=6.0)
    assert one["outcome"] == "LookupError", f"an unknown account gave {one['outcome']}"
    assert one["seconds"] < 3, f"it took {one['seconds']:.1f} s to find out"
    assert same(rig.fire("balances"), opened), "a payment to nobody changed the accounts"
