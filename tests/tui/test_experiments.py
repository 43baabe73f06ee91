"""Experiments: first a prediction, then the run, then truth beside it."""

from threading import Event as Signal

from textual.widgets import Button

from course.errors import LessonError
from course.model.progress import Prediction
from tests.tui.driving import BREAK_IT, course, text_of, until, with_lab


async def test_without_a_prediction_nothing_runs(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        assert pilot.app.screen.query_one("ExperimentCard .run", Button).disabled
        await pilot.click("ExperimentCard .run")
        await pilot.pause()
        assert study.lab.fired == []


async def test_a_wrong_prediction_stands_beside_the_truth(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "It was" in text_of(pilot, "ExperimentCard .truth"))
        shown = " ".join(text_of(pilot, "ExperimentCard .truth").split())
    assert "You said A quarter of all requests" in shown
    assert "It was Only what that worker was serving" in shown
    assert "lost 3, serving 4" in shown
    assert "The kernel closes the sockets" in shown
    assert "The master still owns the socket" in shown
    assert study.predictions["clustering/kill_one"].is_right is False


async def test_a_right_prediction_is_said_to_be_right(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("1", "enter")
        await until(pilot, lambda: "You were right" in text_of(pilot, "ExperimentCard .truth"))
        assert "may have thought" not in text_of(pilot, "ExperimentCard .truth")


async def test_the_prediction_is_remembered_before_the_run(study):
    study.lab.hold = Signal()
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("3", "enter")
        await until(pilot, lambda: "It runs" in text_of(pilot, "ExperimentCard .truth"))
        assert study.predictions["clustering/kill_one"].choice == "all"
        assert study.predictions["clustering/kill_one"].observed is None
        study.lab.hold.set()
        await until(pilot, lambda: "It was" in text_of(pilot, "ExperimentCard .truth"))


async def test_turning_the_page_while_it_runs_does_no_harm(study):
    study.lab.hold = Signal()
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("1", "enter")
        await until(pilot, lambda: study.predictions)
        await pilot.press("n")
        await until(pilot, lambda: not pilot.app.screen.query("ExperimentCard"))
        study.lab.hold.set()
        await until(pilot, lambda: study.predictions["clustering/kill_one"].observed)


async def test_an_experiment_that_cannot_run_says_why_and_can_be_tried_again(study):
    study.lab.error = LessonError("The port is taken.", "Restart the lab with r.")
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("1", "enter")
        await until(pilot, lambda: "The port is taken." in text_of(pilot, "ExperimentCard .truth"))
        study.lab.error = None
        await pilot.press("1", "enter")
        await until(pilot, lambda: "You were right" in text_of(pilot, "ExperimentCard .truth"))


async def test_what_was_predicted_last_time_is_still_there(study):
    name = "clustering/kill_one"
    study.predictions[name] = Prediction(name, "quarter", "in_flight")
    async with course(study, BREAK_IT) as pilot:
        await until(pilot, lambda: "You said" in text_of(pilot, "ExperimentCard .truth"))


async def test_a_run_that_comes_out_otherwise_is_told_as_it_was(study):
    study.lab.choice = "quarter"
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "You were right" in text_of(pilot, "ExperimentCard .truth"))
        shown = " ".join(text_of(pilot, "ExperimentCard .truth").split())
        assert "otherwise than the lesson expects" in shown


async def test_enter_runs_what_was_predicted_wherever_the_focus_is(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("1")
        pilot.app.screen.query_one("#step").focus()
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "You were right" in text_of(pilot, "ExperimentCard .truth"))
