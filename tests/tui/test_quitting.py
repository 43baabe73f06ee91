"""Leaving: at once, with nothing left behind, and a bug of ours named by the caller."""

import asyncio
import time
from threading import Event as Signal

import pytest
from textual.events import Key

from course.tui.app import CourseApp
from course.tui.screens.home import HomeScreen
from tests.tui.driving import EXERCISE, LESSON, course, until


@pytest.mark.parametrize("start", [None, LESSON, EXERCISE])
async def test_quitting_waits_for_nothing(study, start):
    study.opening = study.checking = Signal()  # never set: both would take all their time
    async with course(study, start) as pilot:
        if start is EXERCISE:
            await pilot.press("c")
        began = time.monotonic()
        await pilot.press("q")
        await until(pilot, lambda: pilot.app._exit)
    assert time.monotonic() - began < 4
    study.opening.set()


async def test_quitting_closes_the_lab(study):
    async with course(study, LESSON) as pilot:
        await until(pilot, lambda: study.opened)
        await pilot.press("q")
    assert study.lab.is_closed


def test_the_study_is_closed_after_the_last_screen(study):
    async def leave(pilot):
        await pilot.press("q")

    CourseApp(study).run(headless=True, auto_pilot=leave)
    assert study.is_closed


def test_a_bug_leaves_run_without_a_traceback_on_the_screen(study, monkeypatch, capsys):
    def broken():
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(study, "cards", broken)
    with pytest.raises(ZeroDivisionError, match="a bug of ours"):
        CourseApp(study).run(headless=True)
    assert study.is_closed
    assert "Traceback" not in capsys.readouterr().err


async def test_a_place_that_does_not_exist_is_a_sentence(study):
    from course.model.progress import Place

    async with course(study) as pilot:
        await pilot.app.go(Place("nowhere", 0))
        await pilot.pause()
        told = [notification.message for notification in pilot.app._notifications]
    assert any("There is no lesson 'nowhere'." in text for text in told)


@pytest.mark.parametrize("start", [LESSON, EXERCISE])
@pytest.mark.parametrize("keys", [("escape", "escape"), ("n", "escape"), ("escape", "q")])
def test_a_key_that_comes_before_the_screen_is_whole_does_no_harm(study, start, keys):
    app = CourseApp(study, start)

    async def press_at_once(pilot):
        for key in keys:
            app.post_message(Key(key, None))
            await asyncio.sleep(0)
        await until(pilot, lambda: app._exit or isinstance(app.screen, HomeScreen))
        app.exit()

    app.run(headless=True, auto_pilot=press_at_once)
