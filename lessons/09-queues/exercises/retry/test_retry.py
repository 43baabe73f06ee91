"""What a worker must do with jobs that fail, in virtual time."""

import builtins
import heapq
import itertools
import math
from collections import Counter

import pytest

JOB_SECONDS = 0.01
MOST_JOBS_TAKEN = 1_000
ALWAYS = 10**6


class Line:
    """The queue of a test, its clock, and what happened: [what, job's id, more].

    Args:
        jobs: What there is to do.
        fails: For some jobs' ids: how each attempt fails, in turn, as (exception, arguments...).
        closing: How many jobs a worker may take before it goes home; 0: all.
    """

    def __init__(self, jobs, fails, closing=0):
        self._now, self._order = 0.0, itertools.count()
        self._jobs = {job["id"]: job for job in jobs}
        self._fails = {job: iter(attempts) for job, attempts in fails.items()}
        self._due = [(0.0, next(self._order), job) for job in jobs]
        self._waits = (1_000.0 + n + n / 7 for n in itertools.count())
        self._closing, self._taken = closing, 0
        self._log, self._asked, self._nothing = [], [], 0

    def take(self):
        if self._nothing:
            raise ValueError("take() had returned None, and was called again")
        if not self._due or (self._closing and self._taken >= self._closing):
            self._nothing = 1
            return None
        self._taken += 1
        if len(self._log) > 3 * MOST_JOBS_TAKEN:
            raise ValueError("this never ends")
        due, _, job = heapq.heappop(self._due)
        self._now, self._asked = max(self._now, due), []
        return job

    def do(self, job):
        self._note("do", job)
        self._now += JOB_SECONDS
        return next(self._fails.get(job["id"], iter(())), None)

    def done(self, job):
        self._note("done", job)

    def put_back(self, job, seconds):
        number = type(seconds) in (int, float) and math.isfinite(seconds)
        self._note("back", job, [failed for failed, wait in self._asked if wait == seconds])
        heapq.heappush(self._due, (self._now + (seconds if number else 0), next(self._order), job))

    def set_aside(self, job, reason):
        self._note("aside", job, reason)

    def wait(self, failed):
        self._asked.append((failed, next(self._waits)))
        return self._asked[-1][1]

    def _note(self, what, job, more=None):
        known = self._jobs.get(job.get("id")) if isinstance(job, dict) else None
        if known is None:
            raise ValueError(f"{what}: this is no job of the queue's: {job!r:.80}")
        lost = [name for name in known if job.get(name) != known[name]]
        self._log.append([what, known["id"], f"without its {lost[0]}" if lost else more])


@pytest.fixture
def jobs(rng):
    """So many jobs, each with fields of its own."""

    def jobs(count):
        return [
            {"id": f"job-{n}", "order": n, "to": {"name": f"customer {n % 7}"}, "lines": [n, n + 1]}
            for n in rng.sample(range(1, 10_000), count)
        ]

    return jobs


@pytest.fixture
def run(submission):
    """Lets workers come until nothing is left, each in a process of its own; what happened."""

    def run(jobs, fails, attempts, closing=0):
        line = Line(jobs, fails, closing)
        for shift in range(MOST_JOBS_TAKEN):
            if shift:
                submission.restart()
            line._taken = line._nothing = 0
            before = len(line._log)
            submission.play(line, "shift", attempts)
            assert line._nothing, "the worker went home before take() returned None"
            if not line._due or len(line._log) == before:
                return line._log
        return line._log

    return run


def story(log, job):
    """What happened to one job, in turn."""
    return [[what, more] for what, name, more in log if name == job["id"]]


def due(fails, attempts):
    """What must happen to a job whose attempts fail like that, in turn."""
    expected = []
    for failed, (name, *args) in enumerate(fails, 1):
        expected.append(["do", None])
        if failed >= attempts or name in ("Permanent", "Hopeless"):
            return [*expected, ["aside", text_of(name, args)]]
        expected.append(["back", [failed]])
    return [*expected, ["do", None], ["done", None]]


def text_of(name, args):
    return str(getattr(builtins, name, Exception)(*args))


def said(events):
    """What happened, for a learner."""
    words = {"do": "tried", "done": "done", "back": "put back", "aside": "set aside"}
    return ", ".join(words[what] + (f" ({more!r:.60})" if more else "") for what, more in events)


def as_planned(log, jobs, fails, attempts):
    """Every job went the way that its failures ask for."""
    for job in jobs:
        plan = [(name, *args) for name, args in fails.get(job["id"], ())][:attempts]
        expected, seen = due(plan, attempts), story(log, job)
        assert seen == expected, (
            f"of {attempts} attempts the first {len(plan)} fail: {said(expected)} was due,"
            f" and not: {said(seen)}"
        )


def mishap(rng):
    """Some way to fail, and what it says."""
    number = rng.randrange(1000)
    return rng.choice([
        ["RuntimeError", [f"reason {number}"]], ["ValueError", [f"no {number}, and", number]],
        ["KeyError", [f"field {number}"]], ["OSError", [number, "no route to the host"]],
        ["ConnectionRefusedError", [f"port {number}"]], ["TimeoutError", [f"{number} s"]],
        ["ZeroDivisionError", ["division by zero"]], ["Exception", [f"line one\nline {number}"]],
        ["AssertionError", [f"{number} is not 1"]], ["NotImplementedError", ["x" * 400]],
    ])  # fmt: skip


@pytest.mark.hint("take, do, done; and the next.")
@pytest.mark.points(1)
def test_good_jobs_are_done_once(run, jobs):
    """Jobs that succeed are done, once each, in the order in which they were taken."""
    some = jobs(20)
    log = run(some, {}, 5)
    as_planned(log, some, {}, 5)
    assert [name for what, name, _ in log if what == "done"] == [job["id"] for job in some], (
        "the jobs were not done in their order"
    )


@pytest.mark.hint("Count the failures in the job; put it back while there are attempts left.")
@pytest.mark.points(2)
def test_a_job_that_fails_is_tried_again(run, rng, jobs):
    """A job is put back for wait(1), wait(2)... until it succeeds, however it fails."""
    some = jobs(6)
    fails = {job["id"]: [mishap(rng) for _ in range(n)] for n, job in enumerate(some)}
    as_planned(run(some, fails, 6), some, fails, 6)


@pytest.mark.hint("How many attempts were there when this one has failed? The first one counts.")
@pytest.mark.points(2)
@pytest.mark.parametrize("attempts", [1, 2, 3, 7])
def test_after_the_last_attempt_it_is_set_aside(run, rng, jobs, attempts):
    """A job that always fails gets exactly `attempts` attempts, then it is set aside, with why."""
    some = jobs(4)
    fails = {some[0]["id"]: [mishap(rng) for _ in range(attempts + 3)]}
    fails[some[2]["id"]] = [mishap(rng) for _ in range(attempts - 1)]
    as_planned(run(some, fails, attempts), some, fails, attempts)


@pytest.mark.hint("Catch Permanent before you catch all the others.")
@pytest.mark.points(2)
@pytest.mark.parametrize("kind", ["Permanent", "Hopeless"])
def test_what_can_never_be_done_is_set_aside_at_once(run, rng, jobs, kind):
    """Permanent, or a kind of it, means: set aside at once, with why, also after other failures."""
    some = jobs(6)
    never = [kind, [f"no such customer: {rng.randrange(1000)}"]]
    fails = {
        job["id"]: [*(mishap(rng) for _ in range(n)), never, mishap(rng)]
        for n, job in enumerate(some[:4])
    }
    as_planned(run(some, fails, 4), some, fails, 4)


@pytest.mark.hint("What a worker keeps in variables goes home with it. What travels with the job?")
@pytest.mark.points(2)
def test_the_next_worker_knows_how_often_it_failed(run, rng, jobs):
    """Every worker goes home after two jobs: the next one knows how often a job has failed."""
    attempts = rng.randint(3, 5)
    some = jobs(5)
    fails = {job["id"]: [mishap(rng) for _ in range(attempts)] for job in some[:2]}
    fails[some[3]["id"]] = [mishap(rng)]
    as_planned(run(some, fails, attempts, closing=2), some, fails, attempts)


@pytest.mark.hint("Put it back and take the next: a worker that waits does nothing for the others.")
@pytest.mark.points(2)
def test_the_others_do_not_wait(run, rng, jobs):
    """Bad jobs come first; the good ones behind them are all done before any second attempt."""
    some = jobs(20)
    fails = {job["id"]: [mishap(rng) for _ in range(9)] for job in some[:5]}
    log = run(some, fails, 3)
    tried = [name for what, name, _ in log if what == "do"]
    assert tried[:20] == [job["id"] for job in some], (
        "a job was tried again before all had their first turn"
    )
    as_planned(log, some, fails, 3)


@pytest.mark.hint("Draw anew for every job, or they all come back together.")
@pytest.mark.points(2)
def test_a_crowd_does_not_come_back_as_a_crowd(submission, rng, jobs):
    """100 jobs fail together; no tenth of the time until the ceiling sees a third of them."""
    base = rng.uniform(50, 100)
    line = Line(jobs(100), {})
    line._fails = {job: iter([["RuntimeError", ["busy"]]]) for job in line._jobs}
    waits = []
    line.put_back = lambda _job, seconds: waits.append(seconds)
    submission.play(line, "shift_with_delays", 5, base, 10 * base, rng.randrange(10**9))
    assert len(waits) == 100, f"100 jobs failed once, {len(waits)} were put back"
    tenths = Counter(int(10 * wait / base) for wait in waits)
    most = max(tenths.values())
    assert most < 34, f"{most} of 100 jobs come back in the same tenth of the time"
