"""One run under a schedule of faults, held to the objective point by point."""

import pytest

AVAILABLE, P99_MS, COST = 90.0, 1_500.0, 18.0
LATE_MS = 150.0  # a computer that is later than that explains everything


@pytest.fixture
def run(rig):
    """What was measured: the same run for all tests."""
    return rig.fire("judge")


def hold(run, claim, told):
    """What time decides is only held against the program where the computer had the time."""
    if not claim and run["starved"] and not is_sure(run):
        raise TooBusy(
            f"This computer was too busy to judge by time ({run['late_ms']:.0f} ms late): {told}"
        )
    assert claim, told


def is_sure(run):
    """Whether the program fails, however late the computer was.

    A little lateness explains a little: far from the objective is the program's.
    """
    for_ever = ("stale", "mailed_twice", "mailed_early", "not_in_the_store")
    if any(run[what] for what in for_ever) or run["least_cost"] > COST:
        return True
    far = (
        run["quiet_good"] < 0.8 * run["quiet_visits"],
        100 * run["good"] < 0.8 * AVAILABLE * run["visits"],
        run["p99_ms"] > 1.5 * P99_MS,
    )
    return any(far) and run["late_ms"] < LATE_MS


class TooBusy(Exception):
    """Other programs had the processor."""


@pytest.mark.hint("The program that you were given passes this one: does yours still start?")
@pytest.mark.points(1)
def test_it_works_on_a_quiet_day(run):
    """Before the faults, 98 of 100 visits get the right answer in time."""
    good, visits = run["quiet_good"], run["quiet_visits"]
    told = f"on a quiet day, {good} of {visits} visits were answered well"
    hold(run, good >= 0.98 * visits, told)


@pytest.mark.hint(
    "Which wait has no end soon enough? What can you give when the cache says nothing?"
)
@pytest.mark.points(3)
def test_availability(run):
    """During the faults, 90 of 100 visits get the right answer in time."""
    percent = 100 * run["good"] / max(run["visits"], 1)
    told = f"availability {percent:.1f} %, objective {AVAILABLE:g} %"
    told = f"{told}; not answered well: {run['lost_by_kind']}"
    hold(run, percent >= AVAILABLE, told)


@pytest.mark.hint(
    "The slowest hundredth: those behind a crowd of rebuilds, or behind one who hangs."
)
@pytest.mark.points(3)
def test_waiting(run):
    """The p99 of reads during the faults is at most 1,500 ms: three times what a page takes."""
    p99 = run["p99_ms"]
    told = f"p99 {p99:.0f} ms, objective {P99_MS:g} ms"
    hold(run, p99 <= P99_MS, told)


@pytest.mark.hint("A late secondary does not know `need` yet. Who does?")
@pytest.mark.points(2)
def test_staleness(run):
    """Nobody is shown anything older than what their own last order made."""
    stale = run["stale"]
    assert stale == 0, f"{stale} visitors were shown data older than their own last order"


@pytest.mark.hint("The mail is out and nobody says so. The second try needs the first one's key.")
@pytest.mark.points(2)
def test_nothing_happens_twice(run):
    """No order has two mails, whoever was killed and whatever the mail server said."""
    twice = run["mailed_twice"]
    assert twice == 0, f"{twice} orders were mailed more than once"


@pytest.mark.hint("How long does an outage last, and how soon are a job's attempts used up?")
@pytest.mark.points(2)
def test_nothing_is_lost(run):
    """Every order that was confirmed is in the store, and its mail goes out."""
    missing, unsent = run["not_in_the_store"], run["without_mail"]
    assert missing == 0, f"{missing} of {run['confirmed']} confirmed orders are not in the store"
    told = f"{unsent} of {run['confirmed']} confirmed orders never got their mail"
    hold(run, unsent == 0, told)
    hold(run, run["confirmed"] >= 5, f"only {run['confirmed']} orders were confirmed in all")


@pytest.mark.hint("The worker does not wait for you: what is in the queue is done at once.")
@pytest.mark.points(2)
def test_no_mail_comes_early(run):
    """No mail goes out for an order that is not in the store, or not yet."""
    early = run["mailed_early"]
    assert early == 0, f"{early} mails were sent before their order was in the store"


@pytest.mark.hint("What would one process less cost you? Each one runs all the time.")
@pytest.mark.points(2)
def test_cost(run):
    """100 good answers cost at most 18 node-seconds of apps and workers."""
    cost = run["cost"]
    told = f"{run['node_seconds']:g} node-seconds: {cost:.1f} for 100 good answers"
    hold(run, cost <= COST, f"{told}, objective {COST:g}")
