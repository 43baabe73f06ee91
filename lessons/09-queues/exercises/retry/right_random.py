"""Draws for itself, doubles by shifting, and counts down the attempts that are left."""

import random
from contextlib import suppress


class Permanent(Exception):
    """This job can never be done."""


class Again(Exception):
    """Not the last attempt."""


def delay(failed, base, longest, draw):
    ceiling = longest
    with suppress(OverflowError):
        ceiling = min(longest, base * (1 << failed - 1))
    return random.uniform(0, ceiling)


def settle(queue, job, do, left):
    try:
        do(job)
        queue.done(job)
    except Permanent as never:
        queue.set_aside(job, str(never))
    except Exception as error:
        if left > 0:
            raise Again from error
        queue.set_aside(job, str(error))


def work(queue, do, wait, attempts):
    job = queue.take()
    while job is not None:
        left = job.setdefault("left", attempts) - 1
        try:
            settle(queue, job, do, left)
        except Again:
            job["left"] = left
            queue.put_back(job, wait(attempts - left))
        job = queue.take()
