"""Home: where I am, what is next, and where labs will run."""

from pathlib import Path

from course.errors import EngineMissing
from course.model.problem import Problem
from course.model.progress import SandboxReport
from course.tui.screens.exercise import ExerciseScreen
from course.tui.screens.home import HomeScreen
from course.tui.screens.lesson import LessonScreen
from tests.tui.driving import BREAK_IT, NARROW, course, text_of, until


async def test_every_lesson_is_listed_with_its_state(study):
    study.steps = {"clustering": 1, "caching": 0}
    async with course(study) as pilot:
        shown = text_of(pilot, "#lessons")
    assert "Clustering" in shown
    assert "step 2 of 3" in shown
    assert "✓ done" in shown
    assert "○ new" in shown


async def test_one_key_goes_on_with_what_is_next(study):
    study.steps = {"clustering": 1}
    async with course(study) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        assert pilot.app.screen.step == 1


async def test_enter_opens_the_highlighted_lesson(study):
    async with course(study) as pilot:
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        assert pilot.app.screen.lesson.id == "caching"


async def test_an_exercise_of_the_highlighted_lesson_opens_from_its_sheet(study):
    async with course(study) as pilot:
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))


async def test_a_lesson_opens_with_a_click(study):
    async with course(study) as pilot:
        await pilot.click("#lessons", offset=(8, 3))
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))


async def test_the_sandbox_and_its_warning_are_named(study):
    study.report = SandboxReport(
        "embedded", "no Docker engine answers", "practice: your code runs with your own rights"
    )
    async with course(study) as pilot:
        await until(pilot, lambda: "embedded" in text_of(pilot, "#sandbox"))
        shown = text_of(pilot, "#sandbox")
    assert "no Docker engine answers" in shown
    assert "practice: your code runs with your own rights" in shown


async def test_no_sandbox_is_a_sentence_with_a_way_out(study, monkeypatch):
    def refuse():
        raise EngineMissing("No Docker engine answers.", "Start it, or use --sandbox embedded.")

    monkeypatch.setattr(study, "sandbox", refuse)
    async with course(study) as pilot:
        await until(pilot, lambda: "Start it" in text_of(pilot, "#sandbox"))


async def test_the_image_is_built_beside_everything_else(study):
    study.report = SandboxReport("embedded", "the image is not built", can_build=True)
    async with course(study) as pilot:
        await until(pilot, lambda: "only the course's image" in text_of(pilot, "#sandbox"))
        await pilot.press("b")
        await until(pilot, lambda: study.built == ["image"])
        await until(pilot, lambda: "Docker" in text_of(pilot, "#sandbox"))
        assert "image is missing" not in text_of(pilot, "#sandbox")


async def test_no_build_is_offered_where_there_is_nothing_to_build(study):
    async with course(study) as pilot:
        await until(pilot, lambda: "engine 27.1" in text_of(pilot, "#sandbox"))
        await pilot.press("b")
        assert study.built == []


async def test_lessons_that_cannot_be_read_are_named(study):
    study.broken = [Problem(Path("lessons/09-queues/lesson.toml"), "there is no key 'tilte'", 3)]
    async with course(study) as pilot:
        assert "lesson.toml:3: there is no key 'tilte'" in text_of(pilot, "#problems")


async def test_progress_is_shown_after_coming_back(study):
    async with course(study, BREAK_IT) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        assert "step 2 of 3" in text_of(pilot, "#lessons")


async def test_home_fits_a_small_terminal(study):
    async with course(study, size=NARROW) as pilot:
        assert "Clustering" in text_of(pilot, "#lessons")
        assert "Next" in text_of(pilot, "#next")


async def test_the_theme_is_there_again_next_time(study):
    async with course(study) as pilot:
        pilot.app.theme = "nord"
        await until(pilot, lambda: study.look == "nord")
    async with course(study) as pilot:
        assert pilot.app.theme == "nord"


async def test_a_theme_that_is_gone_is_no_obstacle(study):
    study.look = "a theme of another version"
    async with course(study) as pilot:
        assert pilot.app.theme == "course-dark"
