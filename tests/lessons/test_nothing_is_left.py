"""Whenever a lab of this computer is left or its course killed, nothing of it stays behind."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from course.content.catalog import Catalog
from course.errors import CourseError
from course.runs.labs import open_lab
from course.sandbox.choice import Chooser
from tests.living import living_below
from tests.real_labs import LESSONS, lab_folders

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
CHECKOUT = Path(__file__).parents[2]
LATEST_SECONDS = 4.0  # after which it is killed, somewhere in its opening or its life
MOMENTS = random.Random()  # noqa: S311  any moment will do, another one each time
ALL = [lesson.id for lesson in Catalog(LESSONS).lessons]
AGAIN = "from course.sandbox.choice import decide; decide('embedded'); print('started')"


def lives(pid):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def left(place, below):
    """Folders and processes; what was killed may take a moment, and the bound is the claim."""
    until = time.monotonic() + 8
    while True:
        found = [path.name for path in place.iterdir()]
        found += [f"pid {pid}" for pid in below if lives(pid)]
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.05)


@pytest.fixture
def place():
    """For temporary folders; the name must be short, for sockets."""
    with tempfile.TemporaryDirectory(prefix="l", dir="/tmp") as folder:
        yield Path(folder)


def run(lesson, home, place):
    """A course with a lab, in a process of its own."""
    words = [sys.executable, "-m", "course", "--sandbox", "embedded", "run", lesson]
    environment = {"HOME": str(home), "XDG_DATA_HOME": str(home), "TMPDIR": str(place)}
    return subprocess.Popen(
        [*words, "--stay", "60"], cwd=CHECKOUT, env={**os.environ, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def check(home, place):
    """A course that judges an answer, in a process of its own."""
    found = next(one for one in Catalog(LESSONS).lessons if one.id == "clustering").exercises[0]
    words = [sys.executable, "-m", "course", "--sandbox", "embedded", "check", found.slug]
    environment = {"HOME": str(home), "XDG_DATA_HOME": str(home), "TMPDIR": str(place)}
    return subprocess.Popen(
        [*words, "--file", str(found.solution)], cwd=CHECKOUT, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def again(place):
    """Start the course once more, which sweeps."""
    return subprocess.run(
        [sys.executable, "-c", AGAIN], cwd=CHECKOUT, env={**os.environ, "TMPDIR": str(place)},
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip


@pytest.mark.parametrize("lesson", ALL)
def test_a_course_that_is_killed_leaves_nothing_after_the_next_start(
    tmp_path, place, fault, lesson
):
    with run(lesson, tmp_path, place) as course:
        read = course.stdout.readline()
        time.sleep(MOMENTS.uniform(0, LATEST_SECONDS))
        below = living_below(course.pid)
        course.kill()
        course.wait()
    read += again(place)
    fault(f"SIGKILL to a course with lab {lesson}", lost=[], left=left(place, below), read=read)


@pytest.mark.parametrize("lesson", ALL)
def test_a_lab_that_is_left_while_it_opens_leaves_nothing(fault, lesson):
    before, chooser = lab_folders(), Chooser("embedded")
    found = next(one for one in Catalog(LESSONS).lessons if one.id == lesson)
    read = []

    def opening():
        try:
            open_lab(found, chooser, seed=1)
        except CourseError as error:
            read.append(error.summary)

    others = living_below(os.getpid())  # of tests before this one, which may be kept for more
    thread = threading.Thread(target=opening)
    thread.start()
    until = time.monotonic() + 30
    while lab_folders() == before and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(MOMENTS.uniform(0, 0.5))
    below = living_below(os.getpid()) - others
    chooser.close()
    thread.join(30)
    gone = [*(lab_folders() - before), *(f"pid {pid}" for pid in below if lives(pid))]
    fault(f"lab {lesson} left while it opens", lost=[], left=gone, read=" ".join(read) or "open")


@pytest.mark.parametrize("everybody", [False, True], ids=["agent", "all of ours"])
def test_a_frozen_agent_does_not_outlive_its_course(tmp_path, place, fault, everybody):
    with run("clustering", tmp_path, place) as course:
        read = course.stdout.readline()
        below = living_below(course.pid)
        for pid in below:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if everybody or b"sandboxes/__main__.py" in words:
                os.kill(pid, signal.SIGSTOP)
        course.kill()
        course.wait()
    read += again(place)
    what = "all of the sandbox" if everybody else "its agent"
    fault(f"course killed while {what} is frozen", lost=[], left=left(place, below), read=read)


@pytest.mark.parametrize("also", ["", "sandboxes/__main__.py", "course.judge.zygote"])
def test_a_check_that_is_killed_leaves_neither_its_folders_nor_programs(
    tmp_path, place, fault, also
):
    course = check(tmp_path, place)
    until = time.monotonic() + 30
    while len(list(place.glob("course-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    below = living_below(course.pid)
    for pid in below:
        if also and also.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    course.kill()
    course.wait()
    read = again(place)
    fault(f"check killed, {also or 'alone'}", lost=[], left=left(place, below), read=read)
