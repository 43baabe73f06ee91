"""A worker that tries again."""


class Permanent(Exception):
    """This job can never be done."""


def delay(failed, base, longest, draw):
    """Seconds to wait after attempt number `failed` has failed."""
    ceiling = base
    for _ in range(failed - 1):
        if ceiling >= longest:
            break
        ceiling *= 2
    return draw() * min(ceiling, longest)


def work(queue, do, wait, attempts):
    """Do what the queue has; try again what failed, and set aside what keeps failing."""
    while (job := queue.take()) is not None:
        try:
            do(job)
        except Permanent as error:
            queue.set_aside(job, str(error))
        except Exception as error:
            job["failed"] = job.get("failed", 0) + 1
            if job["failed"] < attempts:
                queue.put_back(job, wait(job["failed"]))
            else:
                queue.set_aside(job, str(error))
        else:
            queue.done(job)
