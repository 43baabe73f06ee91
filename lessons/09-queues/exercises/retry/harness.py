"""A queue in virtual time, and jobs that fail as planned."""

import heapq
import itertools
import json
import random

from submission import Permanent, delay, work

JOB_SECONDS = 0.01
MOST_CALLS = 5_000


class Queue:
    """Jobs by when they are due; the clock jumps to the next one."""

    def __init__(self, jobs, closing):
        self.now = 0.0
        self.log = []
        self._count = itertools.count()
        self._due = []
        self._closing = closing
        self._taken = 0
        for job in jobs:
            self._add(0.0, {"id": job})

    def _add(self, due, job):
        heapq.heappush(self._due, (due, next(self._count), json.dumps(job)))

    @property
    def is_empty(self):
        return not self._due

    def reopen(self):
        """A new worker comes."""
        self._taken = 0

    def take(self):
        """The next job; None when there is none, or when the worker's day is over."""
        if not self._due or (self._closing and self._taken >= self._closing):
            return None
        self._taken += 1
        due, _, text = heapq.heappop(self._due)
        self.now = max(self.now, due)
        return json.loads(text)

    def done(self, job):
        self.note("done", job)

    def put_back(self, job, seconds):
        self.note("back", job, float(seconds))
        self._add(self.now + seconds, job)

    def set_aside(self, job, reason):
        self.note("aside", job, reason)

    def note(self, what, job, more=None):
        """[seconds, what, job, how long or why]."""
        self.log.append([self.now, what, job["id"], more])


def doer(queue, plan):
    """Does jobs: each fails as often as planned, -1 is always, -2 can never succeed."""
    failures = dict(plan["fails"])

    def do(job):
        queue.now += JOB_SECONDS
        queue.note("do", job)
        if len(queue.log) > MOST_CALLS:
            raise SystemExit("this never ends")
        left = failures.get(job["id"], 0)
        if left == -2:
            raise Permanent(plan["why"])
        if left != 0:
            failures[job["id"]] = left - 1 if left > 0 else left
            raise RuntimeError(plan["why"])

    return do


def run(jobs, plan, options):
    """Let workers come until nothing is left; what happened, in order."""
    queue = Queue(jobs, options["closing"])
    do, wait = doer(queue, plan), waiter(options)
    while not queue.is_empty:
        queue.reopen()
        before = len(queue.log)
        work(queue, do, wait, options["attempts"])
        if len(queue.log) == before:
            break
    return queue.log


def waiter(options):
    """The learner's delay; without a base, as many seconds as there were failures."""
    draw = random.Random(options["seed"]).random

    def wait(failed):
        if options["base"] is None:
            return float(failed)
        return float(delay(failed, options["base"], options["longest"], draw))

    return wait


def delays(failed, count, base, longest, seed):
    """So many delays after that many failures."""
    draw = random.Random(seed).random
    return [float(delay(failed, base, longest, draw)) for _ in range(count)]
