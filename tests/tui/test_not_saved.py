"""What happens to the progress file while the screen is up is told on it, and costs nothing."""

import contextlib
import sqlite3

import pytest

from course.content.catalog import Catalog
from course.model.progress import Place
from course.runs.study import Desk
from course.sandbox.choice import Chooser
from course.storage.progress import ProgressStore
from course.storage.workspace import Workspace
from course.tui.screens.lesson import LessonScreen
from tests.fixture_course import FIXTURES
from tests.tui.driving import course, until


def lock(path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    return holder.close


def remove(path):
    path.unlink()


HARM = {
    "damaged": lambda path: path.write_bytes(b"junk" * 900),
    "removed": remove,
    "locked": lock,
}


def told(pilot):
    return " ".join(one.message for one in pilot.app._notifications)


@pytest.mark.parametrize("how", HARM)
async def test_the_screen_goes_on_and_says_what_is_not_saved(tmp_path, fault, how):
    path = tmp_path / "progress.db"
    chooser = Chooser("embedded")
    desk = Desk(
        Catalog(FIXTURES), ProgressStore(path), Workspace(tmp_path / "workspace"),
        sandboxes=lambda: chooser, checker=lambda: None,  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    lesson = desk.cards()[0].lesson
    with contextlib.closing(desk):
        async with course(desk, Place(lesson.id, 0)) as pilot:  # type: ignore[arg-type]
            relief = HARM[how](path)
            await pilot.press("n")
            await until(pilot, lambda: "saved as soon as it can be" in told(pilot))
            read, is_up = told(pilot), isinstance(pilot.app.screen, LessonScreen)
            if callable(relief):
                relief()
            await until(pilot, lambda: "saved again" in told(pilot))
    after = ProgressStore(path).lessons()
    fault(
        f"the progress file is {how} under the screen of a lesson",
        lost=[] if after[lesson.id].step == 1 and is_up else [after, is_up],
        left=[one.name for one in tmp_path.glob("*journal*")],
        read=read,
    )
