"""What several workers on a stream must do with jobs that are left lying."""

from collections import Counter

import pytest

ATTEMPTS, PATIENCE = 3, 1.5
MOST_COMMANDS = 6


@pytest.fixture
def jobs(rng):
    def jobs(count):
        return [f"j-{n}" for n in rng.sample(range(10_000), count)]

    return jobs


def tries(seen):
    """How often each job was begun."""
    return Counter(job for job, _ in seen["calls"])


def is_letter(letter, job, *, attempts=(str(ATTEMPTS),)):
    """The job's fields and one more."""
    assert letter.get("job") == job, "the dead letter does not say which job it was"
    fields = {"job": job, "note": f"note of {job}", "to": f"{job}@example.org"}
    assert {name: letter.get(name) for name in fields} == fields, (
        "the dead letter has not all of the job's fields"
    )
    more = {name: value for name, value in letter.items() if name not in fields}
    assert list(more) == ["attempts"], f"beside the job's fields, the letter has {sorted(more)}"
    assert more["attempts"] in attempts, (
        f"the letter says that a job of {ATTEMPTS} attempts had {more['attempts']}"
    )


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
    is_letter(seen["dead"][0], bad)


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


@pytest.mark.hint("A job that failed is yours no longer, and yours again: whoever lives takes it.")
@pytest.mark.points(2)
def test_one_worker_alone_tries_its_failures_again(rig, jobs):
    """A single worker takes over what it has failed itself, until there are three attempts."""
    bad, *good = jobs(3)
    rig.fire("fresh", workers=1, bad=[bad])
    rig.fire("give", jobs=[bad, *good])
    seen = rig.fire("settle", seconds=9)
    count = tries(seen)[bad]
    assert count == ATTEMPTS, f"a single worker tried a job that always fails {count} times"
    assert seen["unfinished"] == 0, "the job that always fails is still not set aside"
    assert len(seen["dead"]) == 1, f"there are {len(seen['dead'])} dead letters, not one"
    is_letter(seen["dead"][0], bad)


@pytest.mark.hint("The count is that of all deliveries: also of those whose worker died of it.")
@pytest.mark.points(2)
def test_attempts_of_the_dead_count(rig, jobs):
    """Jobs that others were given once, twice or three times, and died: the third is the last."""
    once, twice, thrice, *bad = jobs(5)
    given = {once: 1, twice: 2, thrice: ATTEMPTS, bad[0]: 2, bad[1]: ATTEMPTS}
    rig.fire("fresh", workers=1, bad=bad)
    rig.fire("left_by_others", tries=given)
    seen = rig.fire("settle", seconds=8)
    more = {job: tries(seen)[job] for job in given}
    assert more == {once: 1, twice: 1, thrice: 0, bad[0]: 1, bad[1]: 0}, (
        "jobs that had 1, 2, 3, 2 and 3 attempts, the last two bad, were tried"
        f" {list(more.values())} times more"
    )
    letters = {letter.get("job"): letter for letter in seen["dead"]}
    assert set(letters) == {thrice, *bad}, "not those on jobs.dead that had three attempts"
    assert len(seen["dead"]) == len(letters), "some job has two dead letters"
    assert seen["unfinished"] == 0, f"{seen['unfinished']} jobs are not acknowledged"
    for job, letter in letters.items():
        is_letter(letter, job)


@pytest.mark.hint("Which comes first: the copy on jobs.dead, or the acknowledgement?")
@pytest.mark.points(3)
def test_dying_while_it_buries_loses_nothing(rig, jobs):
    """Killed after each command of setting a job aside: the job is on jobs.dead all the same."""
    for commands, job in enumerate(jobs(MOST_COMMANDS), 1):
        rig.fire("fresh", workers=1)
        was_killed = rig.fire("kill_after", commands=commands, job=job)
        seen = rig.fire("settle", seconds=8)
        when = f"killed after command {commands} of setting a job aside"
        assert seen["unfinished"] == 0, f"{when}: the job is still not acknowledged"
        assert seen["dead"], f"{when}: the job is on no list any more, and not on jobs.dead"
        for letter in seen["dead"]:  # who died of burying it may have counted that as well
            is_letter(letter, job, attempts=[str(ATTEMPTS + more) for more in range(3)])
        if not was_killed:
            assert len(seen["dead"]) == 1, f"there are {len(seen['dead'])} dead letters, not one"
            break


@pytest.mark.hint("Patience is PATIENCE_MS, and others have work to do meanwhile.")
@pytest.mark.points(2)
def test_patience_is_long_enough_and_not_for_the_new(rig, jobs):
    """While somebody who lives has a job, nobody takes it, and new jobs are done."""
    old, *new = jobs(6)
    rig.fire("fresh", workers=2)
    seen = rig.fire("keep_alive", old=old, new=new)
    assert len(seen["done"]) == len(new), (
        f"while one waited to be taken over, {len(seen['done'])} of {len(new)} new jobs were done"
    )
    assert seen["after"] is not None, "the old job was not taken over when its worker was dead"
    if seen["gap"] < PATIENCE / 2:  # else this computer was too busy to say so in time
        assert seen["after"] >= PATIENCE - 0.01, (
            f"a job was taken over {seen['after']:.2f} s after its worker's last sign of life"
        )
