"""Driving the app in tests: open it on a study, wait for a condition, never for a while."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from course.model.progress import Place
from course.tui.app import CourseApp
from course.tui.screens.exercise import ExerciseScreen
from course.tui.screens.lesson import LessonScreen
from tests.tui.fakes import FakeStudy

WIDE = (120, 38)
NARROW = (80, 24)
SECONDS = 10.0

LESSON = Place("clustering", 0)
BREAK_IT = Place("clustering", 1)
EXERCISE = Place("clustering", 2, "supervise")


async def until(pilot: Pilot[None], claim: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until a claim is true, within a bound."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come true within {seconds} s")
        await pilot.pause(0.01)
    await pilot.pause()


@asynccontextmanager
async def course(
    study: FakeStudy,
    start: Place | None = None,
    size: tuple[int, int] = WIDE,
    theme: str | None = None,
) -> AsyncIterator[Pilot[None]]:
    """The app, drawn and at its start, with nothing that moves by itself."""
    app = CourseApp(study, start, theme)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        if start is not None:
            kind = LessonScreen if start.exercise is None else ExerciseScreen
            await until(pilot, lambda: isinstance(app.screen, kind))
        await pilot.pause()
        yield pilot


async def with_lab(pilot: Pilot[None]) -> None:
    """Wait until the lab is open and its first state is on the screen."""
    screen = pilot.app.screen
    assert isinstance(screen, LessonScreen)
    await until(pilot, lambda: screen.state.seq > 0)


def text_of(pilot: Pilot[None], selector: str) -> str:
    """What the terminal shows where a widget stands, as plain text."""
    screen = pilot.app.screen
    region = screen.query_one(selector).region.intersection(screen.region)
    rows = screen._compositor.render_strips()[region.y : region.bottom]
    lines = [strip.crop(region.x, region.right).text for strip in rows]
    return "\n".join(line.replace("█", " ").rstrip() for line in lines)
