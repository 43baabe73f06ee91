"""The form that asks for a trigger's parameters."""

from textual.widgets import Input

from course.tui.screens.parameters import ParametersScreen, read_value
from tests.tui.driving import BREAK_IT, course, until, with_lab


async def test_shift_and_the_key_ask_for_the_parameters_first(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        field = pilot.app.screen.query_one(Input)
        assert field.value == "2"
        field.value = "3"
        await pilot.press("enter")
        await until(pilot, lambda: study.lab.fired == [("crash", {"worker": 3})])


async def test_cancelling_the_form_fires_nothing(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("C", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ParametersScreen))
        assert study.lab.fired == []


def test_what_is_typed_into_the_form_keeps_its_kind():
    assert read_value("3", 1) == 3
    assert read_value("3", "1") == "3"
    assert read_value("a@b", None) == "a@b"
    assert read_value("[1, 2]", []) == [1, 2]
