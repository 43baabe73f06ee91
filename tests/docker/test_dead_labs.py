"""A container that dies, is frozen or is cut off: the screen and `course run` say so, in time."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from course.sandbox.labels import OWNER_PID, RUN
from tests.docker.engine_door import EngineDoor
from tests.real_labs import NOTICE_SECONDS, nodes_up, real_lab, said
from tests.tui.driving import until

pytestmark = pytest.mark.docker
CHECKOUT = Path(__file__).parents[2]
LESSON = "clustering"
DEATHS = {
    "docker kill": (["kill"], "killed from outside (SIGKILL)"),
    "docker rm -f": (["rm", "-f"], "killed from outside (SIGKILL)"),
    "docker stop": (["stop", "-t", "0"], "The sandbox"),
}
RUN_EXIT = 3


def boxes(engine, owner):
    """The containers of a process."""
    return [
        box["Names"][0].lstrip("/")
        for box in engine.containers(RUN)
        if box["Labels"].get(OWNER_PID) == str(owner)
    ]


def docker(*words):
    subprocess.run(["docker", *words], check=True, capture_output=True, timeout=30)


def left(engine, owner):
    """Containers that are still there a moment later."""
    for _ in range(100):
        if not boxes(engine, owner):
            return []
        threading.Event().wait(0.05)
    return boxes(engine, owner)


@pytest.mark.parametrize("death", DEATHS)
async def test_a_container_that_ends_is_told_with_its_cause(tmp_path, engine, image, fault, death):
    assert image.id
    words, cause = DEATHS[death]
    async with real_lab(tmp_path, "docker", LESSON) as pilot:
        docker(*words, *boxes(engine, os.getpid()))
        await until(pilot, lambda: "r opens a new lab" in said(pilot), NOTICE_SECONDS)
        await until(pilot, lambda: nodes_up(pilot) == 0)
        read = said(pilot)
        assert cause in read
    fault(f"Docker lab: {death}", lost=[], left=left(engine, os.getpid()), read=read)


async def test_a_paused_container_is_told_and_one_that_goes_on_is_forgiven(
    tmp_path, engine, image, fault
):
    assert image.id
    async with real_lab(tmp_path, "docker", LESSON) as pilot:
        (box,) = boxes(engine, os.getpid())
        docker("pause", box)
        await until(pilot, lambda: "No news from the lab for" in said(pilot), NOTICE_SECONDS)
        assert nodes_up(pilot) == 0
        read = said(pilot)
        docker("unpause", box)
        await until(pilot, lambda: nodes_up(pilot) > 0, NOTICE_SECONDS)
        assert "No news" not in said(pilot)
    fault("Docker lab: paused and let go", lost=[], left=left(engine, os.getpid()), read=read)


async def test_an_engine_that_is_gone_is_told(tmp_path, engine, image, fault, monkeypatch):
    assert image.id
    door = EngineDoor(tmp_path / "engine.sock")
    monkeypatch.setenv("DOCKER_HOST", door.address)
    with contextlib.closing(door):
        async with real_lab(tmp_path, "docker", LESSON) as pilot:
            door.slam()
            await until(pilot, lambda: "engine does not answer" in said(pilot), NOTICE_SECONDS)
            assert nodes_up(pilot) == 0
            read = said(pilot)
    fault("Docker lab: cut off from its engine", lost=[], left=left(engine, os.getpid()), read=read)


async def test_an_engine_that_freezes_is_told_and_forgiven(
    tmp_path, engine, image, fault, monkeypatch
):
    assert image.id
    door = EngineDoor(tmp_path / "engine.sock")
    monkeypatch.setenv("DOCKER_HOST", door.address)
    with contextlib.closing(door):
        async with real_lab(tmp_path, "docker", LESSON) as pilot:
            door.freeze()
            await until(pilot, lambda: "No news from the lab for" in said(pilot), NOTICE_SECONDS)
            read = said(pilot)
            door.go_on()
            await until(pilot, lambda: nodes_up(pilot) > 0, NOTICE_SECONDS)
    fault(
        "Docker lab: engine frozen, then back", lost=[], left=left(engine, os.getpid()), read=read
    )


@pytest.mark.parametrize("death", ["kill", "rm -f"])
def test_a_lab_without_a_screen_ends_with_its_sandbox(tmp_path, engine, image, fault, death):
    assert image.id
    words = [sys.executable, "-m", "course", "--sandbox", "docker", "run", "02", "--stay", "120"]
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen(
        words, cwd=CHECKOUT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        heard = next(line for line in running.stdout if " up" in line)
        assert heard
        docker(*death.split(), *boxes(engine, running.pid))
        _, told = running.communicate(timeout=20)
    assert running.returncode == RUN_EXIT
    assert "killed from outside (SIGKILL)" in told
    fault(f"course run, Docker: {death}", lost=[], left=left(engine, running.pid), read=told)
