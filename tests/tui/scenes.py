"""The screens that pictures are taken of: one function each, from the app to the moment."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from textual.pilot import Pilot

from tests.tui.course_data import VERDICTS
from tests.tui.driving import (
    BREAK_IT,
    EXERCISE,
    LESSON,
    NARROW,
    WIDE,
    course,
    text_of,
    until,
    with_lab,
)
from tests.tui.fakes import PRACTICE, FakeStudy

Scene = Callable[[FakeStudy], AbstractAsyncContextManager[Pilot[None]]]
TALL = (120, 44)
LARGE = (200, 60)


@asynccontextmanager
async def home_first_start(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """Nothing done yet, and the image could be built."""
    study.report = PRACTICE
    async with course(study, size=(120, 30)) as pilot:
        await until(pilot, lambda: "practice" in text_of(pilot, "#sandbox"))
        yield pilot


@asynccontextmanager
async def home(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """In the middle of the course."""
    study.steps = {"clustering": 2, "caching": 0}
    study.attempts = {"clustering/supervise": 3}
    async with course(study, size=(120, 30)) as pilot:
        await until(pilot, lambda: "engine 27.1" in text_of(pilot, "#sandbox"))
        yield pilot


@asynccontextmanager
async def lesson_reading(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The first step, and a healthy lab."""
    async with course(study, LESSON, WIDE) as pilot:
        await with_lab(pilot)
        yield pilot


@asynccontextmanager
async def lesson_crashed(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """A worker was crashed with one key."""
    async with course(study, BREAK_IT, WIDE) as pilot:
        await _crash(pilot)
        yield pilot


@asynccontextmanager
async def lesson_crashed_light(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The same in the light theme."""
    async with course(study, BREAK_IT, WIDE, "course-light") as pilot:
        await _crash(pilot)
        yield pilot


@asynccontextmanager
async def lesson_large(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The same on a large terminal, with a node selected."""
    async with course(study, BREAK_IT, LARGE) as pilot:
        await _crash(pilot)
        await pilot.click("#topology", offset=(80, 5))
        await until(pilot, lambda: "since the lab opened" in text_of(pilot, "#node"))
        yield pilot


@asynccontextmanager
async def lesson_small(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The text on 80 columns."""
    async with course(study, BREAK_IT, NARROW) as pilot:
        await with_lab(pilot)
        yield pilot


@asynccontextmanager
async def lesson_small_lab(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The lab on 80 columns, after a crash."""
    async with course(study, BREAK_IT, NARROW) as pilot:
        await with_lab(pilot)
        await pilot.press("c", "z")
        await until(pilot, lambda: "✓ Crash a worker" in text_of(pilot, "#events"))
        yield pilot


@asynccontextmanager
async def lesson_end(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The last page."""
    async with course(study, BREAK_IT, WIDE) as pilot:
        await with_lab(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "It was" in text_of(pilot, "ExperimentCard .truth"))
        await pilot.press("n", "n")
        await until(pilot, lambda: pilot.app.screen.query("LessonEnd"))
        yield pilot


@asynccontextmanager
async def experiment_wrong(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """Truth beside a wrong prediction."""
    async with course(study, BREAK_IT, TALL) as pilot:
        await with_lab(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "It was" in text_of(pilot, "ExperimentCard .truth"))
        yield pilot


@asynccontextmanager
async def source(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The code behind a trigger."""
    async with course(study, BREAK_IT, WIDE) as pilot:
        await with_lab(pilot)
        await pilot.press("s")
        await until(pilot, lambda: pilot.app.screen.query(".frame"))
        yield pilot


@asynccontextmanager
async def help_panel(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """Every key of the lesson screen."""
    async with course(study, LESSON, WIDE) as pilot:
        await with_lab(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: "Lesson text" in text_of(pilot, "HelpPanel"))
        yield pilot


@asynccontextmanager
async def exercise_failed(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """A failed check, and the first hint."""
    async with course(study, EXERCISE, WIDE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Not yet" in text_of(pilot, "#checks"))
        await pilot.press("h")
        await until(pilot, lambda: "Hint: Double" in text_of(pilot, "#checks"))
        yield pilot


@asynccontextmanager
async def exercise_passed(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """A pass, on a large terminal."""
    study.verdicts = [VERDICTS["passed"]]
    async with course(study, EXERCISE, (180, 40)) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "✓ Passed" in text_of(pilot, "#checks"))
        yield pilot


@asynccontextmanager
async def solution(study: FakeStudy) -> AsyncIterator[Pilot[None]]:
    """The reference solution beside the learner's own."""
    study.passed = {"clustering/supervise"}
    async with course(study, EXERCISE, WIDE) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: pilot.app.screen.query(".-reference"))
        yield pilot


SCENES: tuple[Scene, ...] = (
    home_first_start,
    home,
    lesson_reading,
    lesson_crashed,
    lesson_crashed_light,
    lesson_large,
    lesson_small,
    lesson_small_lab,
    lesson_end,
    experiment_wrong,
    source,
    help_panel,
    exercise_failed,
    exercise_passed,
    solution,
)


async def _crash(pilot: Pilot[None]) -> None:
    await with_lab(pilot)
    await pilot.press("c")
    await until(pilot, lambda: "✕ down" in text_of(pilot, "Topology"))
    await until(pilot, lambda: "done: worker 2" in text_of(pilot, "TriggerCard"))
