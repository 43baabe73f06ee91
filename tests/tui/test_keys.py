"""Help for every key: a tooltip and an id on each, and a line in the docs."""

from pathlib import Path

from textual.binding import Binding, BindingsMap

from course.model.keys import RESERVED_KEYS, TRIGGER_KEYS
from course.tui.app import CourseApp
from course.tui.screens.confirm import ConfirmScreen
from course.tui.screens.editing import EditorScreen
from course.tui.screens.exercise import ExerciseScreen
from course.tui.screens.home import HomeScreen
from course.tui.screens.lesson import LessonScreen
from course.tui.screens.parameters import ParametersScreen
from course.tui.screens.solution import SolutionScreen
from course.tui.screens.source import SourceScreen
from course.tui.widgets.lesson_list import LessonList
from course.tui.widgets.step import StepView
from course.tui.widgets.topology import Topology
from tests.tui.driving import LESSON, course

OURS = (
    CourseApp, HomeScreen, LessonScreen, ExerciseScreen, SourceScreen, ParametersScreen,
    ConfirmScreen, EditorScreen, SolutionScreen, LessonList, StepView, Topology,
)  # fmt: skip
DOCS = Path(__file__).parents[2] / "docs" / "tui.md"


def bindings() -> list[Binding]:
    return [b for owner in OURS for b in owner.__dict__.get("BINDINGS", ()) if not b.system]


def test_every_key_has_a_tooltip_and_an_id():
    assert [b.key for b in bindings() if not b.tooltip or not b.id] == []


def test_no_id_is_given_twice():
    ids = [binding.id for binding in bindings()]
    assert len(ids) == len(set(ids))


def test_every_key_is_in_the_docs():
    text = DOCS.read_text(encoding="utf-8")
    names = {"question_mark": "?", "escape": "esc", **{str(n): "1" for n in range(1, 10)}}
    keys = {key for binding in bindings() for key in binding.key.split(",")}
    assert sorted(key for key in keys if f"`{names.get(key, key)}`" not in text) == []


def test_the_lesson_screen_uses_no_key_that_is_free_for_triggers():
    keys = BindingsMap(LessonScreen.BINDINGS).key_to_bindings
    assert not TRIGGER_KEYS & set(keys)
    assert {key for key in keys if len(key) == 1 and key.isalpha()} <= RESERVED_KEYS


async def test_one_key_shows_and_hides_the_help(study):
    async with course(study, LESSON) as pilot:
        await pilot.press("question_mark")
        assert pilot.app.screen.query("HelpPanel")
        await pilot.press("question_mark")
        await pilot.pause()
        assert not pilot.app.screen.query("HelpPanel")
