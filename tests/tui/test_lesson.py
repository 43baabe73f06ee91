"""A lesson: reading, and the live lab beside it."""

from dataclasses import replace
from threading import Event as Signal

from textual.widgets import Static

from course.errors import EngineMissing, LessonError
from course.model.lesson import Trigger
from course.model.progress import Place
from course.tui.screens.exercise import ExerciseScreen
from course.tui.screens.home import HomeScreen
from course.tui.screens.source import SourceScreen
from course.tui.widgets.code import CodeBlock
from course.tui.widgets.events import EventList
from course.tui.widgets.gauge import GaugeTile
from course.tui.widgets.topology import Topology
from course.tui.widgets.trigger import TriggerButton, TriggerCard
from tests.tui.course_data import LESSONS, SOURCE
from tests.tui.driving import BREAK_IT, LESSON, NARROW, course, text_of, until, with_lab


async def test_the_lab_starts_while_the_learner_reads(study):
    study.opening = Signal()
    async with course(study, LESSON) as pilot:
        assert "starting" in text_of(pilot, "LabLine")
        await pilot.press("n")
        await until(pilot, lambda: "Break it" in text_of(pilot, "#heading"))
        study.opening.set()
        await with_lab(pilot)
        assert "6 of 6 nodes up" in text_of(pilot, "LabLine")


async def test_leaving_the_screen_closes_the_lab(study):
    async with course(study, LESSON) as pilot:
        await with_lab(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: study.lab.is_closed)
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_a_lab_that_opens_after_the_learner_left_is_closed(study):
    study.opening = Signal()
    async with course(study, LESSON) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        study.opening.set()
        await until(pilot, lambda: study.opened == 1 and study.lab.is_closed)


async def test_a_lab_that_does_not_start_says_why_and_starts_on_a_key(study):
    study.open_error = EngineMissing("No Docker engine answers.", "Start it.")
    async with course(study, LESSON) as pilot:
        await until(pilot, lambda: "did not start" in text_of(pilot, "LabLine"))
        shown = text_of(pilot, "#lab-trouble")
        assert "No Docker engine answers." in shown
        assert "r tries again" in shown
        study.open_error = None
        await pilot.press("r")
        await with_lab(pilot)
        assert not pilot.app.screen.query_one("#lab-trouble").display


async def test_restarting_closes_the_old_lab_and_opens_a_new_one(study):
    async with course(study, LESSON) as pilot:
        await with_lab(pilot)
        await pilot.press("r")
        await until(pilot, lambda: study.opened == 2)


async def test_turning_pages_is_remembered(study):
    async with course(study, LESSON) as pilot:
        await pilot.press("n", "n", "p")
        await until(pilot, lambda: study.steps["clustering"] == 1)
        assert "Step 2 of 3" in text_of(pilot, "#heading")


async def test_space_turns_the_page_at_the_end_of_a_step(study):
    async with course(study, LESSON) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: pilot.app.screen.step == 1)


async def test_the_last_page_says_what_was_learned_and_what_is_next(study):
    async with course(study, LESSON) as pilot:
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: pilot.app.screen.query("LessonEnd"))
        shown = text_of(pilot, "#step")
        assert "say what a lost worker costs" in shown
        assert "Exercise: Write the supervisor" in shown
        await pilot.click("#next")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))


async def test_a_key_fires_a_trigger_with_the_values_the_text_gives_it(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("c")
        await until(pilot, lambda: study.lab.fired == [("crash", {"worker": 2})])
        await until(pilot, lambda: "done: worker 2, pid 4713" in text_of(pilot, "TriggerCard"))


async def test_a_button_in_the_text_fires_its_trigger(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.click("TriggerCard TriggerButton")
        await until(pilot, lambda: study.lab.fired == [("crash", {"worker": 2})])


async def test_a_refused_trigger_says_why_beside_the_text(study):
    study.lab.error = LessonError("There is no worker 9.", "They are 1 to 4.")
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "There is no worker 9." in text_of(pilot, "TriggerCard"))


async def test_a_trigger_before_the_lab_runs_is_answered_with_a_sentence(study):
    study.opening = Signal()
    async with course(study, BREAK_IT) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: len(pilot.app._notifications))
        study.opening.set()
        assert study.lab.fired == []


async def test_reading_goes_on_while_a_trigger_runs(study):
    study.lab.hold = Signal()
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("c", "n")
        await until(pilot, lambda: "Your turn" in text_of(pilot, "#heading"))
        study.lab.hold.set()
        await until(pilot, lambda: study.lab.fired)


async def test_a_crash_is_seen_in_the_picture_the_gauges_and_the_events(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "✕ down" in text_of(pilot, "Topology"))
        picture = text_of(pilot, "Topology")
        assert "pid 4713" in picture
        assert "4715→4790" in picture
        assert "paused" in picture
        assert "✕ 3" in picture
        tiles = pilot.app.screen.query(GaugeTile)
        assert "✕ off" in "\n".join(tile.render().plain for tile in tiles)
        assert "Three requests got no answer" in text_of(pilot, "#events")


async def test_selecting_a_node_lists_its_events_only(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "✕ down" in text_of(pilot, "Topology"))
        pilot.app.screen.query_one(Topology).selected = "worker-2"
        await until(pilot, lambda: pilot.app.screen.query_one(EventList).node == "worker-2")
        await until(pilot, lambda: "paused" not in text_of(pilot, "#events"))
        assert "killed by SIGKILL" in text_of(pilot, "#events")
        assert "killed by SIGKILL" in text_of(pilot, "#node")


async def test_arrow_keys_walk_from_node_to_node(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        topology = pilot.app.screen.query_one(Topology)
        topology.focus()
        await pilot.press("right", "right", "right", "down")
        await until(pilot, lambda: topology.selected is not None)
        assert topology.selected.startswith("worker-")
        await pilot.press("backspace")
        await until(pilot, lambda: topology.selected is None)


async def test_a_node_is_selected_with_a_click(study):
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        topology = pilot.app.screen.query_one(Topology)
        await until(pilot, lambda: topology._picture.spots)
        spot = topology._picture.spots["worker-2"]
        await pilot.click("#topology", offset=(spot.x + 3, spot.y + 1))
        await until(pilot, lambda: topology.selected == "worker-2")


async def test_one_key_shows_the_code_of_what_has_the_focus(study, monkeypatch):
    asked = []

    def source(lesson, name):
        asked.append(name)
        return "lesson.py", SOURCE, 31

    monkeypatch.setattr(study, "source", source)
    async with course(study, BREAK_IT) as pilot:
        await with_lab(pilot)
        for name, widget in (
            ("crash", pilot.app.screen.query(TriggerCard).first().query_one(TriggerButton)),
            ("lost", pilot.app.screen.query_one("#gauges").query(GaugeTile).first()),
            ("kill_one", pilot.app.screen.query_one("ExperimentCard RadioSet")),
        ):
            widget.focus()
            await pilot.press("s")
            await until(pilot, lambda: isinstance(pilot.app.screen, SourceScreen))
            assert asked[-1] == name
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(pilot.app.screen, SourceScreen))
        topology = pilot.app.screen.query_one(Topology)
        topology.selected = "worker-3"
        topology.focus()
        await pilot.press("s")
        await until(pilot, lambda: asked[-1] == "worker-3")


async def test_a_code_fence_shows_its_source(study):
    async with course(study, LESSON) as pilot:
        await pilot.press("n", "n")
        await until(pilot, lambda: pilot.app.screen.query("CodeBlock"))
        await until(pilot, lambda: "victim.kill()" in text_of(pilot, "CodeBlock"))


async def test_a_small_terminal_shows_text_or_lab_and_a_key_switches(study):
    async with course(study, LESSON, NARROW) as pilot:
        await with_lab(pilot)
        lab, text = pilot.app.screen.query_one("#lab"), pilot.app.screen.query_one("#text")
        assert (text.display, lab.display) == (True, False)
        await pilot.press("z")
        await until(pilot, lambda: (text.display, lab.display) == (False, True))
        await pilot.click("#pane-text")
        await until(pilot, lambda: (text.display, lab.display) == (True, False))


async def test_a_large_terminal_shows_both_and_a_key_gives_one_all_of_it(study):
    async with course(study, LESSON, (200, 60)) as pilot:
        await with_lab(pilot)
        lab, text = pilot.app.screen.query_one("#lab"), pilot.app.screen.query_one("#text")
        assert (text.display, lab.display) == (True, True)
        await pilot.press("z")
        await until(pilot, lambda: (text.display, lab.display) == (False, True))


async def test_equal_states_are_not_drawn_again(study):
    async with course(study, LESSON) as pilot:
        await with_lab(pilot)
        topology = pilot.app.screen.query_one(Topology)
        drawn = []
        topology.watch_scene = drawn.append  # Textual looks the watcher up on the instance
        for _ in range(3):
            pilot.app.screen.look()
            await pilot.pause()
        assert drawn == []


async def test_a_trigger_on_a_key_of_the_course_is_reached_by_its_button(study):
    from dataclasses import replace

    taken = Trigger("next_one", "Take the next", "n", "")
    study.lessons = (replace(study.lessons[0], triggers=(taken,)), *study.lessons[1:])
    async with course(study, LESSON) as pilot:
        await with_lab(pilot)
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen.step == 1)
        assert study.lab.fired == []
        await pilot.click("#triggers TriggerButton")
        await until(pilot, lambda: study.lab.fired == [("next_one", {})])


async def test_the_command_palette_knows_triggers_and_lessons(study):
    async with course(study, LESSON) as pilot:
        titles = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
    assert "Fire: Crash a worker" in titles
    assert "Lesson 05: Sharding: users over several MongoDBs" in titles
    assert "Exercise: Write the supervisor" in titles
    assert "Theme" in titles


async def test_every_piece_of_code_on_a_page_is_filled(study):
    step = LESSONS[0].steps[2]
    both = replace(step, blocks=(step.blocks[1], replace(step.blocks[1], names=("lesson.py:x",))))
    study.lessons = (replace(LESSONS[0], steps=(*LESSONS[0].steps[:2], both)), *LESSONS[1:])
    async with course(study, Place("clustering", 2)) as pilot:
        blocks = pilot.app.screen.query(CodeBlock)
        await until(pilot, lambda: ["def crash" in shown(block) for block in blocks] == [True] * 2)


def shown(block):
    return "".join(str(each.render()) for each in block.query(Static))
