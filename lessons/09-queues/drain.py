"""How long a queue needs to get empty: all there is to compute about queues that are too long."""


def drain_seconds(backlog: float, workers: int, per_worker: float, arriving: float) -> float | None:
    """Seconds until a backlog is gone; None when it never is.

    Workers do `workers * per_worker` jobs a second, but `arriving` new ones come meanwhile: only
    what is left over works on the backlog.
    """
    spare = workers * per_worker - arriving
    return backlog / spare if spare > 0 else None


def latest_return(lock_seconds: float, check_seconds: float) -> float:
    """When BullMQ has noticed, at the latest, that a job's worker is dead.

    The lock must run out; a check must find the job and mark it; the next one puts it back.
    """
    return lock_seconds + 2 * check_seconds
