"""On the screen, too, somebody else's course runs once its reader has said so."""

import pytest

from course.tui.app import CourseApp
from course.tui.screens.confirm import ConfirmScreen
from course.tui.screens.lesson import LessonScreen
from tests.tui.driving import LESSON, until
from tests.tui.fakes import FakeStudy


class Consent:
    """Remembers whether it was given."""

    question = "Its tests run with your rights. \x1b]52;c;ZXZpbA==\x07"

    def __init__(self) -> None:
        self.is_given = False

    def give(self) -> None:
        self.is_given = True


@pytest.mark.parametrize(("key", "is_given"), [("y", True), ("n", False), ("escape", False)])
async def test_the_question_comes_first_and_reading_goes_on_whatever_the_answer(
    study: FakeStudy, key, is_given
):
    consent = Consent()
    app = CourseApp(study, LESSON, consent=consent)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert not consent.is_given
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        assert consent.is_given is is_given
