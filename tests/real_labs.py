"""The app on a real lab: whose sandbox a test may harm, and what a person then reads."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from course.content.catalog import Catalog
from course.model.progress import Place
from course.runs.study import Desk
from course.sandbox.choice import Choice, Chooser
from course.storage.progress import ProgressStore
from course.storage.workspace import Workspace
from course.tui.screens.lesson import LessonScreen
from course.tui.widgets.lab_line import LabLine
from course.tui.widgets.trouble import Trouble
from tests.tui.driving import course, until

LESSONS = Path(__file__).parents[1] / "lessons"
OPEN_SECONDS = 60.0
NOTICE_SECONDS = 8.0  # from the harm until it is on the screen: 3 are allowed, machines are busy


@asynccontextmanager
async def real_lab(home: Path, sandbox: Choice, lesson: str) -> AsyncIterator[Pilot[None]]:
    """The screen of a lesson whose lab is up."""
    desk = Desk(
        Catalog(LESSONS),
        ProgressStore(home / "progress.db"),
        Workspace(home / "workspace"),
        sandboxes=lambda: chooser,
        checker=lambda: None,  # type: ignore[arg-type,return-value]
    )
    chooser = Chooser(sandbox)
    try:
        async with course(desk, Place(lesson, 0)) as pilot:  # type: ignore[arg-type]
            await until(pilot, lambda: nodes_up(pilot), OPEN_SECONDS)
            yield pilot
    finally:
        desk.close()


def screen_of(pilot: Pilot[None]) -> LessonScreen:
    """The lesson's."""
    screen = pilot.app.screen
    assert isinstance(screen, LessonScreen)
    return screen


def nodes_up(pilot: Pilot[None]) -> int:
    """How many the picture shows as up."""
    screen = screen_of(pilot)
    return sum(node.state == "up" for node in screen.state.nodes.values()) if screen.lab else 0


def said(pilot: Pilot[None]) -> str:
    """What a person reads about how the lab stands: the line, and the trouble above the picture."""
    screen = screen_of(pilot)
    trouble = screen.query_one("#lab-trouble", Trouble)
    above = str(trouble.content) if trouble.display else ""
    return f"{screen.query_one(LabLine).content} {above}"


def lab_folders() -> set[str]:
    """Scratch folders of embedded labs."""
    return {path.name for path in Path(tempfile.gettempdir()).glob("course-lab-*")}


def agents() -> set[int]:
    """The agents that this process has started and that still run."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"sandboxes/__main__.py" in words:
            found.add(int(entry.name))
    return found
