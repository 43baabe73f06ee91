"""An exercise: the task, the learner's file, checks, hints, and the reference solution."""

from threading import Event as Signal

from textual.widgets import TextArea

from course.errors import EngineMissing
from course.model.progress import Standing
from course.tui.screens.confirm import ConfirmScreen
from course.tui.screens.editing import EditorScreen
from course.tui.screens.exercise import ExerciseScreen
from course.tui.screens.lesson import LessonScreen
from course.tui.screens.solution import SolutionScreen
from tests.tui.course_data import VERDICTS
from tests.tui.driving import EXERCISE, NARROW, course, text_of, until


def write(study, text):
    (study.folder / "supervise.py").write_text(text, encoding="utf-8")


async def test_task_file_and_path_are_on_the_screen(study):
    async with course(study, EXERCISE) as pilot:
        assert "A worker that crashes comes back." in text_of(pilot, "#task")
        assert "def crash" in text_of(pilot, "#file")
        assert "workspace/supervise.py" in text_of(pilot, "#path")


async def test_a_failed_check_shows_promise_message_and_hint_one_at_a_time(study):
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Not yet" in text_of(pilot, "#checks"))
        shown = text_of(pilot, "#checks")
        assert "2 of 3 checks" in shown
        assert "✕ failed  Each crash in a row" in shown
        assert "four crashes waited [0.5, 0.5, 0.5, 0.5]" in shown
        assert "Double the delay" not in shown
        await pilot.press("h")
        await until(pilot, lambda: "Hint: Double the delay" in text_of(pilot, "#checks"))
        assert "What does min() do" not in text_of(pilot, "#checks")
        await pilot.press("h")
        await until(pilot, lambda: "Hint 2 of 2" in text_of(pilot, "#checks"))


async def test_coming_back_shows_the_last_verdict_and_the_hints(study):
    study.stands = Standing(VERDICTS["failed"], (study.hints.pop(0),))
    async with course(study, EXERCISE) as pilot:
        await until(pilot, lambda: "Not yet" in text_of(pilot, "#checks"))
        await until(pilot, lambda: "Hint: Double the delay" in text_of(pilot, "#checks"))
        await until(pilot, lambda: study.prepared == ["clustering/supervise"])
        assert not study.attempts


async def test_a_file_that_changed_meanwhile_keeps_its_hints_alone(study):
    study.stands = Standing(hints=(study.hints.pop(0),))
    async with course(study, EXERCISE) as pilot:
        await until(pilot, lambda: "Double the delay" in text_of(pilot, "#hints"))
        assert "c checks your file" in text_of(pilot, "#verdict")


async def test_saving_the_file_checks_again(study):
    async with course(study, EXERCISE) as pilot:
        write(study, "def delays(first, crashes): ...\n")
        await until(pilot, lambda: study.attempts == {"clustering/supervise": 1})
        await until(pilot, lambda: "def delays" in text_of(pilot, "#file"))


async def test_a_file_saved_during_a_check_is_checked_once_after_it(study):
    study.checking = Signal()
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Checking" in text_of(pilot, "#checks"))
        for text in ("one = 1\n", "two = 2\n", "three = 3\n"):
            write(study, text)
            await until(pilot, lambda text=text: text.split()[0] in text_of(pilot, "#file"))
        study.checking.set()
        await until(pilot, lambda: study.attempts == {"clustering/supervise": 2})
        await pilot.app.workers.wait_for_complete()
        assert study.attempts == {"clustering/supervise": 2}


async def test_the_screen_answers_while_a_check_runs(study):
    study.checking = Signal()
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        study.checking.set()


async def test_the_reference_solution_is_shown_after_a_pass_only(study):
    study.verdicts = [VERDICTS["failed"], VERDICTS["passed"]]
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Not yet" in text_of(pilot, "#checks"))
        await pilot.press("v")
        assert isinstance(pilot.app.screen, ExerciseScreen)
        await pilot.press("c")
        await until(pilot, lambda: "✓ Passed" in text_of(pilot, "#checks"))
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, SolutionScreen))
        await pilot.press("escape")


async def test_after_a_pass_one_key_goes_on(study):
    study.verdicts = [VERDICTS["passed"]]
    study.steps = {"clustering": 2}
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "✓ Passed" in text_of(pilot, "#checks"))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        assert pilot.app.screen.lesson.id == "caching"


async def test_what_nobody_could_judge_is_not_called_the_learners_fault(study):
    study.verdicts = [VERDICTS["error"]]
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "not your fault" in text_of(pilot, "#checks"))
        assert "The sandbox was lost" in text_of(pilot, "#checks")


async def test_a_check_without_a_sandbox_says_what_helps(study, monkeypatch):
    def refuse(*_):
        raise EngineMissing("No Docker engine answers.", "Start it.")

    monkeypatch.setattr(study, "check", refuse)
    async with course(study, EXERCISE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Start it." in text_of(pilot, "#checks"))


async def test_reset_asks_first_and_keeps_the_file(study):
    async with course(study, EXERCISE) as pilot:
        write(study, "mine = 1\n")
        await until(pilot, lambda: study.attempts)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))
        assert "mine" in (study.folder / "supervise.py").read_text()
        await pilot.press("x", "y")
        await until(pilot, lambda: "mine" not in (study.folder / "supervise.py").read_text())
        assert "mine" in (study.folder / "supervise.kept.py").read_text()


async def test_without_an_editor_the_courses_own_opens_and_saves(study):
    async with course(study, EXERCISE) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        area = pilot.app.screen.query_one(TextArea)
        area.text = "mine = 2\n"
        await pilot.press("ctrl+s", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))
        await until(pilot, lambda: study.attempts == {"clustering/supervise": 1})
        assert (study.folder / "supervise.py").read_text() == "mine = 2\n"


async def test_a_missing_editor_is_named(study, monkeypatch):
    monkeypatch.setenv("EDITOR", "no-such-editor --wait")
    async with course(study, EXERCISE) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        told = [notification.message for notification in pilot.app._notifications]
        assert any("'no-such-editor'" in text for text in told)


async def test_a_file_that_cannot_be_read_is_a_sentence(study):
    async with course(study, EXERCISE) as pilot:
        (study.folder / "supervise.py").unlink()
        await until(
            pilot,
            lambda: any("cannot be read" in n.message for n in pilot.app._notifications),
        )


async def test_a_small_terminal_turns_to_the_checks_when_they_run(study):
    async with course(study, EXERCISE, NARROW) as pilot:
        checks = pilot.app.screen.query_one("#checks")
        assert not checks.display
        await pilot.press("c")
        await until(pilot, lambda: checks.display and "Not yet" in text_of(pilot, "#checks"))
        await pilot.press("z")
        await until(pilot, lambda: pilot.app.screen.query_one("#task").display)


async def test_back_leads_to_the_lesson_where_it_was_left(study):
    async with course(study, EXERCISE) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        assert pilot.app.screen.step == 2
