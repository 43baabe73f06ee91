"""A lab whose sandbox is dead, frozen or back again looks like what it is."""

import asyncio
import os
import signal
import sys

import pytest

from tests.living import living_below
from tests.real_labs import NOTICE_SECONDS, agents, lab_folders, nodes_up, real_lab, said
from tests.tui.driving import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
LESSON = "clustering"
DEATHS = {
    signal.SIGKILL: "killed from outside (SIGKILL)",
    signal.SIGTERM: "ended by itself (exit code 0)",
    signal.SIGSEGV: "killed from outside (SIGSEGV)",
    signal.SIGABRT: "killed from outside (SIGABRT)",
    signal.SIGQUIT: "killed from outside (SIGQUIT)",
}


OTHERS: set[int] = set()  # processes of tests before, which may be kept for more


@pytest.fixture(autouse=True)
def others():
    """Whoever is there before the lab."""
    OTHERS.clear()
    OTHERS.update(living_below(os.getpid()))


async def only(pilot, harm):
    """Do it to the one agent that there is."""
    (agent,) = set(agents()) - OTHERS
    harm(agent)
    return agent


def gone(before):
    """What is left of the lab once everything is closed."""
    return [
        *(lab_folders() - before),
        *(f"pid {pid}" for pid in living_below(os.getpid()) - OTHERS),
    ]


@pytest.mark.parametrize("number", DEATHS, ids=lambda number: number.name)
async def test_an_agent_that_dies_is_told_with_its_cause(tmp_path, fault, number):
    before = lab_folders()
    async with real_lab(tmp_path, "embedded", LESSON) as pilot:
        await only(pilot, lambda agent: os.kill(agent, number))
        await until(pilot, lambda: DEATHS[number] in said(pilot), NOTICE_SECONDS)
        await until(pilot, lambda: nodes_up(pilot) == 0)
        read = said(pilot)
        assert "r opens a new lab" in read
    await vanish(before)
    fault(f"embedded lab: {number.name} to its agent", lost=[], left=gone(before), read=read)


async def test_a_frozen_agent_is_told_and_one_that_goes_on_is_forgiven(tmp_path, fault):
    before = lab_folders()
    async with real_lab(tmp_path, "embedded", LESSON) as pilot:
        agent = await only(pilot, lambda agent: os.kill(agent, signal.SIGSTOP))
        await until(pilot, lambda: "No news from the lab for" in said(pilot), NOTICE_SECONDS)
        assert nodes_up(pilot) == 0
        read = said(pilot)
        os.kill(agent, signal.SIGCONT)
        await until(pilot, lambda: nodes_up(pilot) > 0, NOTICE_SECONDS)
        assert "No news" not in said(pilot)
    await vanish(before)
    fault("embedded lab: its agent frozen, then let go", lost=[], left=gone(before), read=read)


async def test_leaving_a_frozen_lab_leaves_nothing_and_does_not_wait(tmp_path, fault):
    before = lab_folders()
    async with real_lab(tmp_path, "embedded", LESSON) as pilot:
        await only(pilot, lambda agent: os.kill(agent, signal.SIGSTOP))
        await until(pilot, lambda: "No news from the lab for" in said(pilot), NOTICE_SECONDS)
        read = said(pilot)
    await vanish(before)
    fault("embedded lab: left while its agent is frozen", lost=[], left=gone(before), read=read)


async def test_a_new_lab_takes_the_place_of_a_dead_one(tmp_path, fault):
    before = lab_folders()
    async with real_lab(tmp_path, "embedded", LESSON) as pilot:
        await only(pilot, lambda agent: os.kill(agent, signal.SIGKILL))
        await until(pilot, lambda: "r opens a new lab" in said(pilot), NOTICE_SECONDS)
        read = said(pilot)
        await pilot.press("r")
        await until(pilot, lambda: nodes_up(pilot) > 0, 60)
        assert "SIGKILL" not in said(pilot)
    await vanish(before)
    fault("embedded lab: agent killed, then r", lost=[], left=gone(before), read=read)


async def vanish(before):
    """Processes that were killed take a moment to go; the bound is the claim."""
    for _ in range(100):
        if not gone(before):
            return
        await asyncio.sleep(0.05)
