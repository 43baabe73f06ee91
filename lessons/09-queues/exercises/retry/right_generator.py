"""A generator of jobs, a mixin of small functions, and a delay by logarithms."""

import math


class Permanent(Exception):
    """This job can never be done."""


def delay(failed, base, longest, draw):
    if base >= longest:
        return longest * draw()
    doublings = min(failed - 1, math.ceil(math.log2(longest / base)))
    return min(longest, base * 2**doublings) * draw()


def outcome_of(do, job):
    try:
        do(job)
    except Exception as error:
        return error
    return None


def work(queue, do, wait, attempts):
    for job in iter(queue.take, None):
        error = outcome_of(do, job)
        tried = job.pop("tried", 0) + 1
        match error:
            case None:
                queue.done(job)
            case Permanent():
                queue.set_aside(job, str(error))
            case _ if tried == attempts:
                queue.set_aside(job, f"{error}")
            case _:
                queue.put_back({**job, "tried": tried}, wait(tried))
