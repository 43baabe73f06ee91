"""A step that names a trigger or asks a question more than once; and one on a small terminal."""

from dataclasses import replace
from threading import Event as Signal

import pytest

from course.model.lesson import Block, Step
from course.tui.widgets.events import EventList
from course.tui.widgets.experiment import ExperimentCard
from course.tui.widgets.trigger import TriggerButton, TriggerCard
from tests.tui.course_data import CLUSTERING, CRASH, KILL_ONE
from tests.tui.driving import BREAK_IT, LESSON, NARROW, course, text_of, until, with_lab

TWICE = Step(
    "Twice",
    (
        Block("trigger", "crash worker=2", ("crash",), (("worker", 2),)),
        Block("trigger", "crash worker=3", ("crash",), (("worker", 3),)),
        Block("experiment", "kill_one", ("kill_one",)),
        Block("experiment", "kill_two", ("kill_two",)),
    ),
)


@pytest.fixture
def twice(study):
    """A study whose first step has the same trigger twice, and two experiments."""
    lesson = replace(
        CLUSTERING, steps=(TWICE,), experiments=(KILL_ONE, replace(KILL_ONE, id="kill_two"))
    )
    study.lessons = (lesson,)
    return study


def outcomes(pilot):
    """What stands under each trigger of the step."""
    return [str(card.query_one(".outcome").content) for card in pilot.app.screen.query(TriggerCard)]


async def test_a_key_fires_the_triggers_of_a_step_in_turn(twice):
    async with course(twice, LESSON) as pilot:
        await with_lab(pilot)
        await pilot.press(CRASH.key)
        await until(pilot, lambda: "done" in outcomes(pilot)[0])
        assert "done" not in outcomes(pilot)[1]
        await pilot.press(CRASH.key)
        await until(pilot, lambda: "done" in outcomes(pilot)[1])
        assert twice.lab.fired == [("crash", {"worker": 2}), ("crash", {"worker": 3})]


async def test_after_a_button_the_key_goes_on_from_there(twice):
    async with course(twice, LESSON) as pilot:
        await with_lab(pilot)
        buttons = [card.query_one(TriggerButton) for card in pilot.app.screen.query(TriggerCard)]
        buttons[1].press()
        await until(pilot, lambda: "done" in outcomes(pilot)[1])
        await pilot.press(CRASH.key)
        await until(pilot, lambda: len(twice.lab.fired) == 2)
        assert [params for _, params in twice.lab.fired] == [{"worker": 3}, {"worker": 2}]


async def test_numbers_answer_the_first_experiment_that_is_still_to_be_run(twice):
    async with course(twice, LESSON) as pilot:
        await with_lab(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "clustering/kill_one" in twice.predictions)
        first, second = pilot.app.screen.query(ExperimentCard)
        await until(pilot, lambda: first.is_settled)
        assert not second.is_settled
        pilot.app.screen.set_focus(None)
        await pilot.press("3", "enter")
        await until(pilot, lambda: second.is_settled)
        assert {name: one.choice for name, one in twice.predictions.items()} == {
            "clustering/kill_one": "quarter",
            "clustering/kill_two": "all",
        }


async def test_nothing_is_done_to_the_lab_while_an_experiment_runs(twice):
    twice.lab.hold = Signal()
    async with course(twice, LESSON) as pilot:
        await with_lab(pilot)
        await pilot.press("1", "enter")
        await until(pilot, lambda: "It runs" in text_of(pilot, "ExperimentCard .truth"))
        await pilot.press(CRASH.key)
        await until(pilot, lambda: len(pilot.app._notifications))
        twice.lab.hold.set()
        await until(pilot, lambda: pilot.app.screen.query(ExperimentCard).first().is_settled)
        assert twice.lab.fired == [("kill_one", {})]
        await pilot.press(CRASH.key)
        await until(pilot, lambda: len(twice.lab.fired) == 2)


async def test_space_reads_on_whatever_has_the_focus(study):
    async with course(study, LESSON) as pilot:
        pilot.app.screen.query_one(EventList).focus()
        await pilot.press("space")
        await until(pilot, lambda: pilot.app.screen.step == 1)


async def test_on_a_small_terminal_the_lab_has_what_the_step_speaks_of(study):
    async with course(study, BREAK_IT, size=NARROW) as pilot:
        await with_lab(pilot)
        await pilot.press("z")
        shown = text_of(pilot, "#triggers")
        assert "Crash a worker" in shown
        assert "Send a burst" not in shown
        assert pilot.app.screen.query_one(EventList).region.height >= 4
        await pilot.press("n")
        await until(pilot, lambda: "Send a burst" in text_of(pilot, "#triggers"))


async def test_a_chosen_answer_differs_by_more_than_its_colour(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("2")
        await until(pilot, lambda: text_of(pilot, "RadioSet").count("●") == 1)
        assert "●  2 A quarter" in text_of(pilot, "RadioSet")
        assert text_of(pilot, "RadioSet").count("○") == 2
