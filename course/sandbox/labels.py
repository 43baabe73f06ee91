"""Labels that say whose box a container is, so that a sweep can prove its owner dead."""

import time

from course.model.owner import Owner

RUN = "course.run"
PURPOSE = "course.purpose"
OWNER_PID = "course.owner.pid"
OWNER_START = "course.owner.start"
OWNER_BOOT = "course.owner.boot"
DEADLINE = "course.deadline"
# On images: what the image is for, what the base was made by, what it was built on and from.
IMAGE = "course.image"
RECIPE = "course.recipe"
BASE = "course.base"
SOURCE = "course.source"


def box_labels(owner: Owner, *, run_id: str, purpose: str, seconds: float) -> dict[str, str]:
    """The labels of a box that `owner` starts now and that may live for `seconds`."""
    return {
        RUN: run_id,
        PURPOSE: purpose,
        OWNER_PID: str(owner.pid),
        OWNER_START: owner.start,
        OWNER_BOOT: owner.boot,
        DEADLINE: str(int(time.time() + seconds)),
    }
