"""Blocking jobs: their results, their errors, and nobody left waiting."""

import asyncio
from threading import Event as Signal

import pytest

from course.errors import UsageError
from course.tui.screens.apart import apart, apart_or


async def test_a_job_gives_its_result_and_its_error():
    assert await apart(lambda a, b: a + b, 1, b=2) == 3
    with pytest.raises(UsageError):
        await apart(_refuse)


def _refuse():
    raise UsageError("no")


async def test_the_loop_goes_on_while_a_job_blocks():
    release = Signal()
    job = asyncio.create_task(apart(release.wait, 5))
    await asyncio.sleep(0)
    release.set()
    assert await job is True


async def test_a_result_that_nobody_waits_for_is_given_back():
    started, release, given_back = Signal(), Signal(), Signal()

    def job():
        started.set()
        release.wait(5)
        return "a lab"

    waiting = asyncio.create_task(apart_or(lambda lab: given_back.set(), job))
    await apart(started.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    release.set()
    assert await apart(given_back.wait, 5)


def test_a_job_that_ends_after_the_loop_does_no_harm():
    release = Signal()
    ended = Signal()

    def job():
        release.wait(5)
        ended.set()

    async def leave_it():
        waiting = asyncio.ensure_future(apart(job))
        await asyncio.sleep(0)
        assert not waiting.done()

    asyncio.run(leave_it())
    release.set()
    assert ended.wait(5)
