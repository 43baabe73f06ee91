"""No box outlives its owner: by its stdin, by the owner's hand, or by the next sweep."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from course.model.owner import this_process
from course.sandbox.flags import CHECK_SIZE, container_config
from course.sandbox.labels import box_labels
from course.sandbox.material import seccomp_profile
from course.sandbox.sweep import sweep

pytestmark = pytest.mark.docker
CHECKOUT = Path(__file__).parents[2]
OWNER = """
import sys, time
from course.sandbox.docker import DockerBackend
from course.sandbox.engine import connect
from course.sandbox.flags import CHECK_SIZE
backend = DockerBackend(connect(), sys.argv[1], ("python3", "-I", "-c", sys.argv[2]))
box = backend.start(CHECK_SIZE, run_id="owned", purpose="check")
print(box.name, box.receive().decode(), flush=True)
time.sleep(600)
"""
LISTENS = "import sys; print('up', flush=True); sys.stdin.read()"
LISTENS_BESIDE_A_LOOP = f"""
import os
if not os.fork():
    os.setsid()
    os.setresuid(10002, 10002, 10002)
    while True: pass
{LISTENS}
"""
DEAF = "import time; print('up', flush=True); time.sleep(600)"


def killed_owner(image, program):
    """Start a box from another process, kill that process, and return the box's name."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, image.id, program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    ) as owner:
        name, state = owner.stdout.readline().split()
        owner.send_signal(signal.SIGKILL)
    assert state == "up"
    return name


def names(engine):
    return [box["Names"][0].lstrip("/") for box in engine.containers("course.run")]


def gone_within(engine, name, seconds):
    end = time.monotonic() + seconds
    while name in names(engine):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("program", [LISTENS, LISTENS_BESIDE_A_LOOP])
def test_a_box_ends_within_five_seconds_of_its_owners_death(engine, image, program):
    assert gone_within(engine, killed_owner(image, program), 5)


def test_a_sweep_removes_what_its_dead_owner_left_and_nothing_else(engine, image, start):
    mine = start()
    orphan = killed_owner(image, DEAF)
    assert orphan in names(engine)
    assert orphan in sweep(engine)
    left = names(engine)
    assert orphan not in left
    assert mine.name in left
    mine.send(b"still here\n")
    assert mine.receive() == b"still here\n"


def test_a_sweep_removes_a_box_that_was_never_started(engine, image):
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    owner = this_process()
    labels = box_labels(owner, run_id="unborn", purpose="check", seconds=60)
    labels["course.owner.pid"] = str(dead.pid)
    config = container_config(
        image=image.id,
        command=("true",),
        size=CHECK_SIZE,
        purpose="check",
        labels=labels,
        seccomp=seccomp_profile(),
    )
    name = f"course-unborn-{os.getpid()}"
    engine.create(name, config)
    assert name in sweep(engine)
    assert name not in names(engine)


def test_removing_what_is_gone_or_going_is_no_error(engine, start):
    box = start()
    failures = []

    def remove():
        try:
            engine.remove(box.name)
        except Exception as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=remove) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    engine.remove(box.name)
    assert failures == []
    assert box.name not in names(engine)
