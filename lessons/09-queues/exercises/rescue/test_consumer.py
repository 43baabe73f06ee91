"""What several workers on a stream must do with jobs that are left lying."""

from collections import Counter

import pytest

ATTEMPTS = 3


@pytest.fixture
def jobs(rng):
    def jobs(count):
        return [f"j-{n}" for n in rng.sample(range(10_000), count)]

    return jobs


def tries(seen):
    """How often each job was begun."""
    return Counter(job for job, _ in seen["calls"])


def all_done(seen, some, when):
    missing = sorted(set(some) - set(seen["finished"]))
    assert not missing, f"{when}: {len(missing)} of {len(some)} jobs were not done"
    assert seen["unfinished"] == 0, f"{when}: {seen['unfinished']} jobs are not acknowledged"


@pytest.mark.hint("The program that you were given passes this one: does yours still start?")
@pytest.mark.points(1)
def test_jobs_are_done_and_acknowledged(rig, jobs):
    """Two workers share some jobs: each is done once and acknowledged."""
    some = jobs(12)
    rig.fire("fresh", workers=2)
    rig.fire("give", jobs=some)
    seen = rig.fire("settle")
    all_done(seen, some, "two workers and nothing wrong")
    assert set(tries(seen).values()) == {1}, "some job was done more than once"


@pytest.mark.hint("XACK comes after do(). Who looks for what was never acknowledged? XAUTOCLAIM.")
@pytest.mark.points(3)
def test_a_dead_workers_job_is_taken_over(rig, jobs):
    """A worker is killed in the middle of a job: another one does that job."""
    some = jobs(1)
    rig.fire("fresh", workers=1, hold="worker-1")
    rig.fire("give", jobs=some)
    assert rig.fire("begun", worker="worker-1"), "the worker began nothing"
    held = rig.fire("kill", worker="worker-1")
    assert len(held) == 1, "the job was acknowledged before it was done, and died with its worker"
    rig.fire("start", worker="worker-2")
    all_done(rig.fire("settle", seconds=6), some, "its worker was killed")


@pytest.mark.hint("Look for what was left lying again and again, not only when nothing is new.")
@pytest.mark.points(2)
def test_a_pile_of_jobs_is_taken_over_while_new_ones_come(rig, jobs):
    """Forty jobs of a dead worker are done, also while others do not stop coming."""
    old = jobs(40)
    rig.fire("fresh", workers=2, seconds=0.03)
    rig.fire("pile_up", jobs=old)
    new = rig.fire("keep_coming", old=old)
    assert new["begun"], "as long as new jobs kept coming, no old one was taken over"
    all_done(rig.fire("settle", seconds=8), [*old, *new["given"]], "a worker died with forty jobs")


@pytest.mark.hint("Catch what do() raises, and do not acknowledge. It comes again by itself.")
@pytest.mark.points(2)
def test_a_failing_job_does_no_harm(rig, jobs):
    """One job fails: it comes again, the workers live, and the others are done."""
    bad, *good = jobs(10)
    rig.fire("fresh", workers=2, bad=[bad])
    rig.fire("give", jobs=[bad, *good])
    again = rig.fire("tried_again", job=bad)
    seen = rig.fire("settle", seconds=0, still=1)
    missing = set(good) - set(seen["finished"])
    assert not missing, f"one job failed, and {len(missing)} others were not done"
    assert len(seen["running"]) == 2, "a failing job ended a worker"
    assert seen["unfinished"] == 1, "the failing job was acknowledged, as if it were done"
    assert again, "the job that failed did not come again"


@pytest.mark.hint(
    "XPENDING counts how often an entry was delivered, to anybody, this time included."
)
@pytest.mark.points(3)
def test_after_three_attempts_it_is_a_dead_letter(rig, jobs):
    """A job that always fails is tried three times by all together, then put on jobs.dead."""
    bad, *good = jobs(4)
    rig.fire("fresh", workers=2, bad=[bad])
    rig.fire("give", jobs=[bad, *good])
    seen = rig.fire("settle", seconds=9)
    assert seen["unfinished"] == 0, (
        f"after {tries(seen)[bad]} attempts the failing job is still not set aside"
    )
    assert tries(seen)[bad] == ATTEMPTS, f"it was tried {tries(seen)[bad]} times, not {ATTEMPTS}"
    assert len(seen["dead"]) == 1, f"there are {len(seen['dead'])} dead letters, not one"
    letter = seen["dead"][0]
    assert letter.get("job") == bad, "the dead letter does not say which job it was"
    assert letter.get("note") == f"note of {bad}", "the dead letter has not all of the job's fields"
    assert letter.get("attempts") == str(ATTEMPTS), "the dead letter does not say: attempts 3"


@pytest.mark.hint("When does Redis start to count? If you read ten, the tenth waits for the ninth.")
@pytest.mark.points(3)
def test_nothing_is_taken_from_the_living(rig, jobs):
    """Three workers with jobs that take a while: each job is done once."""
    some = jobs(15)
    rig.fire("fresh", workers=3, seconds=0.45)
    rig.fire("give", jobs=some)
    seen = rig.fire("settle", seconds=8)
    all_done(seen, some, "jobs that take a while")
    twice = [job for job, count in tries(seen).items() if count > 1]
    assert not twice, f"{len(twice)} of {len(some)} jobs were done by two workers that both live"


@pytest.mark.hint("Take over one at a time: what you take and do not begin looks abandoned again.")
@pytest.mark.points(2)
def test_what_is_taken_over_is_taken_over_once(rig, jobs):
    """Two workers take over ten jobs that take a while: each is done once."""
    some = jobs(10)
    rig.fire("fresh", workers=2, seconds=0.45)
    rig.fire("pile_up", jobs=some)
    seen = rig.fire("settle", seconds=8)
    all_done(seen, some, "ten jobs of a dead worker")
    twice = [job for job, count in tries(seen).items() if count > 1]
    assert not twice, f"{len(twice)} of ten jobs that were taken over were done twice"
