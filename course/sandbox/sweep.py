"""Removes boxes whose owner died without removing them, and never anybody else's."""

import time
from collections.abc import Callable, Mapping

from course.model.owner import boot, is_alive
from course.sandbox.engine import Engine
from course.sandbox.labels import DEADLINE, OWNER_BOOT, OWNER_PID, OWNER_START, RUN

GRACE_SECONDS = 600


def sweep(engine: Engine) -> list[str]:
    """Remove every orphan on this engine; returns their names."""
    here = boot()
    orphans = [
        box["Names"][0].lstrip("/")
        for box in engine.containers(RUN)
        if is_orphan(box["Labels"], here=here, now=time.time())
    ]
    for name in orphans:
        engine.remove(name)
    return orphans


def is_orphan(
    labels: Mapping[str, str],
    *,
    here: str,
    now: float,
    alive: Callable[[int, str], bool] = is_alive,
) -> bool:
    """Whether nobody can want this box any more.

    An engine may serve several machines, and one machine several process namespaces. What cannot
    be seen from here counts as alive until well past the deadline, at which its agent ends anyway.
    """
    try:
        pid, deadline = int(labels[OWNER_PID]), int(labels[DEADLINE])
        start, machine = labels[OWNER_START], labels[OWNER_BOOT]
    except (KeyError, ValueError):
        return False  # not labelled by us
    if machine == here:
        return not alive(pid, start)
    return now > deadline + GRACE_SECONDS
