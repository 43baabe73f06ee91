"""The course's own editor: nobody's work is lost in it, and it can be left without saving."""

import os

import pytest
from textual.widgets import TextArea

from course.tui.screens.confirm import ChoiceScreen
from course.tui.screens.editing import EditorScreen
from course.tui.screens.exercise import ExerciseScreen
from tests.tui.driving import course, text_of, until
from tests.tui.test_exercise import EXERCISE

MINE, THEIRS = "mine = 1\n", "theirs = 1\n"


@pytest.fixture
def file(study):
    return study.folder / "supervise.py"


async def editor(pilot):
    await pilot.press("E")
    await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
    return pilot.app.screen.query_one(TextArea)


async def asked(pilot):
    await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceScreen))
    return text_of(pilot, ".question")


def told(pilot):
    return " ".join(one.message for one in pilot.app._notifications)


def kept(file):
    return [one.read_text() for one in sorted(file.parent.glob("supervise.*.py"))]


@pytest.mark.parametrize("answer", ["m", "t"])
async def test_two_who_write_the_same_file_both_keep_their_work(study, file, fault, answer):
    async with course(study, EXERCISE) as pilot:
        area = await editor(pilot)
        area.text = MINE
        file.write_text(THEIRS)
        await pilot.press("ctrl+s")
        read = await asked(pilot)
        await pilot.press(answer)
        await until(pilot, lambda: "kept" in told(pilot))
        written = (MINE, THEIRS) if answer == "m" else (THEIRS, MINE)
        fault(
            f"another program saves the file that is open in the editor, and one answers {answer}",
            lost=[text for text in (MINE, THEIRS) if text not in (file.read_text(), *kept(file))],
            left=[one.name for one in file.parent.glob(".*")],
            read=f"{read} {told(pilot)}",
        )
        assert (file.read_text(), *kept(file)) == written


async def test_going_back_from_the_question_changes_nothing(study, file):
    async with course(study, EXERCISE) as pilot:
        area = await editor(pilot)
        area.text = MINE
        file.write_text(THEIRS)
        await pilot.press("ctrl+s")
        await asked(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        assert area.text == MINE
        assert file.read_text() == THEIRS


@pytest.mark.parametrize(("answer", "stays"), [("s", True), ("d", False)])
async def test_leaving_asks_what_becomes_of_what_is_not_saved(study, file, answer, stays):
    before = file.read_text() if file.exists() else None
    async with course(study, EXERCISE) as pilot:
        area = await editor(pilot)
        before = area.text
        area.text = MINE
        await pilot.press("escape")
        assert "not saved" in await asked(pilot)
        await pilot.press(answer)
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))
        assert file.read_text() == (MINE if stays else before)


async def test_leaving_without_a_change_asks_nothing(study, file):
    async with course(study, EXERCISE) as pilot:
        await editor(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))


def full(file):
    file.unlink()
    file.symlink_to("/dev/full")


BROKEN = {
    "is gone, and so is its folder": lambda file: [file.unlink(), file.parent.rmdir()],
    "is a folder now": lambda file: [file.unlink(), file.mkdir()],
    "is a pipe now": lambda file: [file.unlink(), os.mkfifo(file)],
    "is a link to a full device now": full,
    "is a link in a circle now": lambda file: [file.unlink(), file.symlink_to(file.name)],
    "grew to 2 MiB": lambda file: file.write_bytes(b"x" * (2 << 20)),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_whatever_became_of_the_file_the_text_is_not_lost(study, file, fault, what):
    async with course(study, EXERCISE) as pilot:
        area = await editor(pilot)
        area.text = MINE
        BROKEN[what](file)
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: "Not saved" in told(pilot) or (file.is_file() and file.read_text() == MINE),
        )
        is_saved = file.is_file() and file.read_text() == MINE
        fault(
            f"the file that is open in the editor {what}",
            lost=[] if is_saved or area.text == MINE else [MINE],
            left=[],
            read=told(pilot) or f"{file.name} is written again",
        )


async def test_a_file_that_went_away_is_written_again(study, file):
    async with course(study, EXERCISE) as pilot:
        area = await editor(pilot)
        area.text = MINE
        file.unlink()
        await pilot.press("ctrl+s")
        await until(pilot, file.exists)
        assert file.read_text() == MINE


async def test_a_link_stays_a_link_and_a_file_keeps_its_mode(study, file):
    async with course(study, EXERCISE) as pilot:
        real = file.with_name("real.py")
        file.rename(real)
        real.chmod(0o640)
        file.symlink_to(real.name)
        area = await editor(pilot)
        area.text = MINE
        await pilot.press("ctrl+s")
        await until(pilot, lambda: real.read_text() == MINE)
        assert file.is_symlink()
        assert real.stat().st_mode & 0o777 == 0o640
