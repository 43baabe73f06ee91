"""One step of a lesson: its text, and what is live in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textual.containers import ItemGrid, VerticalScroll
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Markdown

from course.model.lesson import Block, Experiment, Step, Trigger
from course.model.progress import LessonCard, Prediction
from course.model.state import LabState
from course.model.untrusted import clean
from course.tui.widgets.code import CodeBlock
from course.tui.widgets.exercise_link import ExerciseLink
from course.tui.widgets.experiment import ExperimentCard
from course.tui.widgets.gauge import GaugeTile
from course.tui.widgets.trigger import TriggerCard, give_turn

TILE_WIDTH = 26
Predicted = Callable[[Experiment], Prediction | None]


class StepView(VerticalScroll):
    """The text pane: shows one step, and hands what happens in the lab to what is live in it."""

    HELP = """\
### Lesson text
Read, predict, press the keys that the text names, and watch the lab beside it. `n` and `p` turn
the page; `space` scrolls, and turns the page at the end. `z` gives the lab the whole screen."""
    state: var[LabState] = var(LabState, init=False)

    @dataclass
    class StepRead(Message):
        """The learner read to the end of the step and wants the next."""

    async def show(self, step: Step, card: LessonCard, predicted: Predicted) -> None:
        """Put a step's blocks in place of what is shown."""
        widgets = [w for block in step.blocks for w in _widgets(block, card, predicted)]
        await self._put(widgets)

    async def show_end(self, end: Widget) -> None:
        """Put the end of the lesson in place of what is shown."""
        await self._put([end])

    async def _put(self, widgets: list[Widget]) -> None:
        with self.app.batch_update():
            await self.remove_children()
            await self.mount_all(widgets)
            for trigger in {card.trigger.id for card in self.query(TriggerCard)}:
                give_turn([card for card in self.query(TriggerCard) if card.trigger.id == trigger])
        self.scroll_home(animate=False)
        self.watch_state(self.state)

    def watch_state(self, state: LabState) -> None:
        """Hand the readings down to the gauges in the text."""
        for tile in self.query(GaugeTile):
            tile.history = state.gauges.get(tile.gauge.id, ())

    def read_on(self) -> None:
        """Scroll a page, or ask for the next step at the end."""
        if self.scroll_offset.y >= self.max_scroll_y:
            self.post_message(self.StepRead())
        else:
            self.scroll_page_down()


def _widgets(block: Block, card: LessonCard, predicted: Predicted) -> list[Widget]:
    lesson = card.lesson
    if block.kind == "text":
        return [Markdown(clean(block.text), open_links=False)]
    if block.kind == "code":
        return [CodeBlock(block.text.strip())]
    if block.kind == "gauges":
        tiles = [GaugeTile(gauge) for gauge in lesson.gauges if gauge.id in block.names]
        return [ItemGrid(*tiles, min_column_width=TILE_WIDTH, classes="gauges")]
    if block.kind == "experiment":
        chosen = [e for e in lesson.experiments if e.id in block.names]
        return [ExperimentCard(experiment, predicted(experiment)) for experiment in chosen]
    if block.kind == "exercise":
        return [ExerciseLink(c) for c in card.exercises if c.exercise.id in block.names]
    return _trigger_cards(block, {trigger.id: trigger for trigger in lesson.triggers})


def _trigger_cards(block: Block, triggers: Mapping[str, Trigger]) -> list[Widget]:
    arguments = dict(block.arguments)
    return [TriggerCard(triggers[name], arguments) for name in block.names if name in triggers]
