"""How long until a lab is live in Docker, beside a bare `docker run … true`; prints ratios."""

import statistics
import subprocess
import time
from collections.abc import Callable
from functools import partial

from course.content.catalog import Catalog, find_course
from course.runs.labs import RunningLab, open_lab
from course.sandbox.choice import Chooser
from course.sandbox.engine import connect
from course.sandbox.image import need_image

RUNS = 5
LESSONS = ("clustering", "caching", "sharding")


def main() -> None:
    """Take turns with the baseline, so that a busy moment hits both; compare medians."""
    image, chooser = need_image(connect()).id, Chooser("docker")
    chooser.report()
    lessons = {one.id: one for one in Catalog(find_course()).lessons}
    for name in LESSONS:
        bare, live = [], []
        for _ in range(RUNS):
            bare.append(seconds(partial(bare_run, image)))
            live.append(lab_seconds(partial(open_lab, lessons[name], chooser, seed=1)))
        baseline, ready = statistics.median(bare), statistics.median(live)
        print(f"docker run … true  {baseline * 1000:6.0f} ms")
        print(f"live lab {name:<10}{ready * 1000:6.0f} ms   {ready / baseline:.1f} x")


def bare_run(image: str) -> None:
    """What everybody pays for a container."""
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "true", image]
    subprocess.run(command, check=True)


def seconds(act: Callable[[], object]) -> float:
    """The wall clock of one act."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def lab_seconds(start: Callable[[], RunningLab]) -> float:
    """The wall clock until the lab answers; closing it is not counted."""
    started = time.perf_counter()
    lab = start()
    taken = time.perf_counter() - started
    lab.close()
    return taken


if __name__ == "__main__":
    main()
