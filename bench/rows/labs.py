"""How long until a lab is live in Docker, beside a bare `docker run … true`."""

import subprocess
import time
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial

from bench._cost import seconds
from bench._row import Row
from course.content.catalog import Catalog
from course.content.folders import find_course
from course.model.lesson import Lesson
from course.runs.labs import open_lab
from course.sandbox.choice import Chooser
from course.sandbox.engine import connect
from course.sandbox.image import need_image

WANTED, WANTED_OF_LARGE, LARGE = 2.0, 3.5, 9  # from this lesson on there are more programs


def rows(_stack: ExitStack) -> Iterable[Row]:
    """Every lesson, cold."""
    image, chooser = need_image(connect()).id, Chooser("docker")
    chooser.report()
    bare = partial(seconds, partial(bare_run, image))
    for lesson in Catalog(find_course()).lessons:
        wanted = WANTED if lesson.number < LARGE else WANTED_OF_LARGE
        yield Row(
            what=f"lab {lesson.number:02} open", wanted=wanted, ours=partial(live, lesson, chooser),
            against=bare, baseline="docker run … true", rounds=5,
        )  # fmt: skip


def bare_run(image: str) -> None:
    """What everybody pays for a container."""
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "true", image]
    subprocess.run(command, check=True)


def live(lesson: Lesson, chooser: Chooser) -> float:
    """The wall clock until the lab answers; closing it is not counted."""
    started = time.perf_counter()
    lab = open_lab(lesson, chooser, seed=1)
    taken = time.perf_counter() - started
    lab.close()
    return taken
