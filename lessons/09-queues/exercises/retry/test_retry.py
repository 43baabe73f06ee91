"""What a worker must do with jobs that fail, in virtual time."""

from collections import Counter

import pytest

JOB_SECONDS = 0.01
DRAWS = 400


@pytest.fixture
def run(submission, rng):
    def run(jobs, fails, why="no reason", **options):
        plan = {"fails": [[job, n] for job, n in fails.items()], "why": why}
        usual = {"attempts": 5, "base": 1.0, "longest": 60.0, "closing": 0}
        seed = rng.randrange(10**9)
        return submission.call("run", jobs, plan, {**usual, "seed": seed, **options})

    return run


def names(rng, count):
    return [f"job-{n}" for n in rng.sample(range(10_000), count)]


def events(log, job):
    """What happened to one job, without the attempts that led to it."""
    return [what for _, what, name, _ in log if name == job and what != "do"]


def calls(log, job):
    return sum(what == "do" and name == job for _, what, name, _ in log)


@pytest.mark.hint("take, do, done; and the next.")
@pytest.mark.points(1)
def test_good_jobs_are_done_once(run, rng):
    """Jobs that succeed are done, once each, in the order in which they were taken."""
    jobs = names(rng, 20)
    log = run(jobs, {})
    assert [name for _, what, name, _ in log if what == "done"] == jobs, "not all, or not in order"
    assert len(log) == 2 * len(jobs), "something else happened to jobs that went well"


@pytest.mark.hint("Count the failures in the job; put it back while there are attempts left.")
@pytest.mark.points(2)
def test_a_job_that_fails_is_tried_again(run, rng):
    """A job that fails some times and then succeeds is put back each time, then done."""
    jobs = names(rng, 5)
    fails = {job: n for n, job in enumerate(jobs)}
    log = run(jobs, fails, attempts=5, base=None)
    for job, n in fails.items():
        assert events(log, job) == ["back"] * n + ["done"], (
            f"a job that fails {n} times: {events(log, job)}"
        )
        assert calls(log, job) == n + 1, f"a job that fails {n} times was tried {calls(log, job)}"
        waits = [more for _, what, name, more in log if name == job and what == "back"]
        asked = [float(failed) for failed in range(1, n + 1)]
        assert waits == asked, f"where wait(n) is n seconds, the job waited for {waits}"


@pytest.mark.hint("How many attempts were there when this one has failed? The first one counts.")
@pytest.mark.points(2)
def test_after_the_last_attempt_it_is_set_aside(run, rng):
    """A job that always fails gets exactly `attempts` attempts, then it is set aside, with why."""
    attempts, why = rng.randint(2, 7), f"reason {rng.randrange(1000)}"
    bad, *good = names(rng, 4)
    log = run([bad, *good], {bad: -1}, attempts=attempts, why=why)
    assert calls(log, bad) == attempts, f"{attempts} attempts allowed, {calls(log, bad)} made"
    assert events(log, bad) == ["back"] * (attempts - 1) + ["aside"], f"then: {events(log, bad)}"
    reasons = [more for _, what, _, more in log if what == "aside"]
    assert reasons == [why], f"set aside because of {reasons}, not {[why]}"


@pytest.mark.hint("Catch Permanent before you catch all the others.")
@pytest.mark.points(1)
def test_what_can_never_be_done_is_set_aside_at_once(run, rng):
    """Permanent means: one attempt, set aside, with why."""
    bad, *good = names(rng, 4)
    log = run([*good, bad], {bad: -2}, why="no such customer")
    assert events(log, bad) == ["aside"], f"a permanent failure led to {events(log, bad)}"
    assert log[-1][3] == "no such customer", f"the reason given is {log[-1][3]!r}"
    assert calls(log, bad) == 1, f"a permanent failure was tried {calls(log, bad)} times"


@pytest.mark.hint("What a worker keeps in variables goes home with it. What travels with the job?")
@pytest.mark.points(2)
def test_the_next_worker_knows_how_often_it_failed(run, rng):
    """Every worker goes home after two jobs: still no job gets more attempts than allowed."""
    attempts = rng.randint(3, 5)
    jobs = names(rng, 6)
    log = run(jobs, dict.fromkeys(jobs[:3], -1), attempts=attempts, closing=2)
    tried = {calls(log, job) for job in jobs[:3]}
    assert tried == {attempts}, f"{attempts} attempts allowed, {sorted(tried)} made"


@pytest.mark.hint("Put it back and take the next: a worker that waits does nothing for the others.")
@pytest.mark.points(2)
def test_the_others_do_not_wait(run, rng):
    """Bad jobs come first; the good ones behind them are all done before any second attempt."""
    jobs = names(rng, 20)
    log = run(jobs, dict.fromkeys(jobs[:5], -1), base=1000.0, longest=100_000.0)
    seen = [name for _, what, name, _ in log if what == "do"]
    assert set(seen[:20]) == set(jobs), "a job was tried again before all had their first turn"
    assert len([one for one in log if one[1] == "done"]) == 15, "good jobs were not done"


@pytest.mark.hint("The ceiling is base, 2 base, 4 base...; draw() * ceiling is anything below it.")
@pytest.mark.points(3)
def test_delays_fill_the_room_below_a_ceiling_that_doubles(submission, rng):
    """After failure n the delays spread evenly from 0 to base * 2 ** (n - 1)."""
    base = rng.uniform(0.5, 3)
    for failed in range(1, 7):
        ceiling = base * 2 ** (failed - 1)
        some = submission.call("delays", failed, DRAWS, base, 10_000.0, rng.randrange(10**9))
        quarters = Counter(int(4 * one / ceiling) for one in some)
        told = f"base {base:.2f}, failure {failed}: delays from {min(some):.2f} to {max(some):.2f}"
        assert min(some) >= 0, f"{told}: nothing is before now"
        assert max(some) <= ceiling, f"{told}, where {ceiling:.2f} is the most"
        assert max(some) > 0.9 * ceiling, f"{told}: the room up to {ceiling:.2f} is not used"
        assert all(55 <= quarters[n] <= 150 for n in range(4)), f"{told}, but not evenly"


@pytest.mark.hint("Stop doubling at `longest`: 2 ** 5000 is a number that no float can hold.")
@pytest.mark.points(2)
def test_delays_have_a_longest(submission, rng):
    """No delay is longer than `longest`, also after thousands of failures."""
    base, longest = rng.uniform(0.5, 2), rng.uniform(20, 50)
    for failed in (9, 12, 60, 5000):
        some = submission.call("delays", failed, DRAWS, base, longest, rng.randrange(10**9))
        assert max(some) <= longest, f"after {failed} failures: {max(some):.1f} s of {longest:.1f}"
        assert max(some) > 0.9 * longest, f"after {failed} failures only {max(some):.1f} s"
        assert min(some) < 0.1 * longest, f"after {failed} failures at least {min(some):.1f} s"


@pytest.mark.hint("Draw anew for every job, or they all come back together.")
@pytest.mark.points(2)
def test_a_crowd_does_not_come_back_as_a_crowd(run, rng):
    """200 jobs fail together; no tenth of the time until the ceiling sees a quarter of them."""
    jobs = names(rng, 200)
    base = rng.uniform(50, 100)
    log = run(jobs, dict.fromkeys(jobs, 1), base=base, longest=10 * base)
    waits = [more for _, what, _, more in log if what == "back"]
    assert len(waits) == len(jobs), f"{len(jobs)} jobs failed once, {len(waits)} were put back"
    tenths = Counter(int(10 * wait / base) for wait in waits)
    assert max(tenths.values()) < 50, (
        f"{max(tenths.values())} of 200 jobs come back in the same tenth of the time"
    )
