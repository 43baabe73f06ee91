"""One run under a schedule of faults, held to the objective point by point."""

import pytest

AVAILABLE, RATIO, COST = 90.0, 20.0, 18.0


@pytest.fixture
def run(rig):
    """What was measured: the same run for all tests."""
    return rig.fire("judge")


@pytest.mark.hint("The program that you were given passes this one: does yours still start?")
@pytest.mark.points(1)
def test_it_works_on_a_quiet_day(run):
    """Before the faults, 98 of 100 visits get the right answer in time."""
    good, visits = run["quiet_good"], run["quiet_visits"]
    assert good >= 0.98 * visits, f"on a quiet day, {good} of {visits} visits were answered well"


@pytest.mark.hint(
    "Which wait has no end soon enough? What can you give when the cache says nothing?"
)
@pytest.mark.points(3)
def test_availability(run):
    """During the faults, 90 of 100 visits get the right answer in time."""
    percent = 100 * run["good"] / max(run["visits"], 1)
    assert percent >= AVAILABLE, (
        f"availability {percent:.1f} %, objective {AVAILABLE:g} %;"
        f" not answered well: {run['lost_by_kind']}"
    )


@pytest.mark.hint(
    "The slowest hundredth: those behind a crowd of rebuilds, or behind one who hangs."
)
@pytest.mark.points(3)
def test_waiting(run):
    """The p99 of reads during the faults is at most 20 times that of the quiet seconds."""
    ratio = run["p99_ratio"]
    assert ratio <= RATIO, (
        f"p99 {run['p99_ms']:.0f} ms, on the quiet day {run['quiet_p99_ms']:.0f} ms:"
        f" {ratio:.1f} times, objective {RATIO:g}"
    )


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
    assert unsent == 0, f"{unsent} of {run['confirmed']} confirmed orders never got their mail"
    assert run["confirmed"] >= 5, f"only {run['confirmed']} orders were confirmed in all"


@pytest.mark.hint("What would one process less cost you? Each one runs all the time.")
@pytest.mark.points(2)
def test_cost(run):
    """100 good answers cost at most 18 node-seconds of apps and workers."""
    cost = run["cost"]
    assert cost <= COST, (
        f"{run['node_seconds']:g} node-seconds: {cost:.1f} for 100 good answers, objective {COST:g}"
    )
