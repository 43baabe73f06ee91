"""A worker that tries again."""


class Permanent(Exception):
    """This job can never be done."""


def delay(failed, base, longest, draw):
    """Seconds to wait after attempt number `failed` has failed."""
    return 0


def work(queue, do, wait, attempts):
    """Do what the queue has; try again what failed, and set aside what keeps failing."""
    while (job := queue.take()) is not None:
        do(job)
        queue.done(job)
