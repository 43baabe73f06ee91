"""The live lab: its picture, every trigger, the gauges, and what happened."""

from textual import on
from textual.app import ComposeResult
from textual.containers import ItemGrid, Vertical, VerticalScroll
from textual.reactive import var

from course.errors import CourseError
from course.model.lesson import Lesson
from course.model.state import LabState
from course.tui.widgets.events import EventList
from course.tui.widgets.gauge import GaugeTile
from course.tui.widgets.node_line import NodeLine
from course.tui.widgets.topology import Topology
from course.tui.widgets.trigger import TriggerButton
from course.tui.widgets.trouble import Trouble

TILE_WIDTH = 24
TRIGGER_WIDTH = 24
ANEW = "r opens a new lab; you can read on."
FROZEN = "It is frozen, cut off, or the computer is busy. It may come back by itself."


class LabPane(Vertical):
    """Hands each part the state it shows; knows nothing of how a lab is run."""

    state: var[LabState] = var(LabState, init=False)

    watched: var[frozenset[str]] = var(frozenset, init=False)
    at_hand: var[frozenset[str]] = var(frozenset, init=False)

    def __init__(self, lesson: Lesson, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lesson = lesson
        self._is_troubled = False

    def compose(self) -> ComposeResult:
        """Picture, triggers, gauges, events; each can scroll on its own."""
        titles = {trigger.id: trigger.title for trigger in self._lesson.triggers}
        titles |= {experiment.id: experiment.title for experiment in self._lesson.experiments}
        yield Trouble(id="lab-trouble")
        with VerticalScroll(id="picture", can_focus=False):
            yield Topology(id="topology").data_bind(LabPane.state)
        yield NodeLine(id="node")
        if self._lesson.triggers:
            buttons = [TriggerButton(trigger) for trigger in self._lesson.triggers]
            yield ItemGrid(*buttons, min_column_width=TRIGGER_WIDTH, id="triggers")
        if self._lesson.gauges:
            tiles = [GaugeTile(gauge) for gauge in self._lesson.gauges]
            yield ItemGrid(*tiles, min_column_width=TILE_WIDTH, id="gauges")
        yield EventList(titles, id="events").data_bind(LabPane.state)

    def watch_state(self, state: LabState) -> None:
        """Hand the readings down to the gauges; say when they are not to be trusted."""
        self._tell(state)
        self.query_one(NodeLine).show(state, self.query_one(EventList).node)
        for tile in self.query(GaugeTile):
            tile.history = state.gauges.get(tile.gauge.id, ())

    def watch_watched(self, watched: frozenset[str]) -> None:
        """Mark the gauges that the text speaks of; where rows are few, the others step aside."""
        for tile in self.query(GaugeTile):
            tile.set_class(tile.gauge.id in watched, "-watched")
            tile.set_class(bool(watched) and tile.gauge.id not in watched, "-aside")

    def watch_at_hand(self, at_hand: frozenset[str]) -> None:
        """Where rows are few, the triggers that the text does not speak of step aside."""
        for button in self.query(TriggerButton):
            button.set_class(bool(at_hand) and button.trigger.id not in at_hand, "-aside")

    def _tell(self, state: LabState) -> None:
        """Trouble for as long as there is some: a sandbox that was frozen comes back."""
        is_told, self._is_troubled = self._is_troubled, bool(state.is_lost or state.silent)
        if state.is_lost:
            error = CourseError(state.stopped or "", "Nothing that is shown here runs any more.")
            self.query_one(Trouble).show(error, ANEW)
        elif state.silent:
            summary = f"No news from the lab for {state.silent} s."
            self.query_one(Trouble).show(CourseError(summary, FROZEN), ANEW)
        elif is_told:
            self.query_one(Trouble).show(None)

    def show_starting(self) -> None:
        """It is on its way; everything else can be used meanwhile."""
        self.query_one(Trouble).show(None)
        self.query_one("#picture").loading = True

    def show_open(self) -> None:
        """Its nodes are up."""
        self.query_one("#picture").loading = False

    def show_failed(self, error: CourseError) -> None:
        """Say why it did not start, and which key tries again."""
        self.query_one("#picture").loading = False
        self.query_one(Trouble).show(error, "r tries again; you can read on.")

    @on(Topology.NodeSelected)
    def list_events_of(self, message: Topology.NodeSelected) -> None:
        """Tell about the selected node, and list its events only."""
        self.query_one(EventList).node = message.node
        self.query_one(NodeLine).show(self.state, message.node)
