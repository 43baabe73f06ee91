"""The lab's picture: nodes with their states and pids, traffic on the edges, one node selected."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.widget import Widget

from course.model.state import LabState
from course.tui.widgets.columns import draw_columns
from course.tui.widgets.flow import FlowMeter
from course.tui.widgets.picture import Picture
from course.tui.widgets.rows import draw_rows
from course.tui.widgets.scene import Scene, scene_of

TICKS_PER_SECOND = 4
SHARE = (9, 20)  # of the screen's height that columns may take; rows take as much as they need
DIRECTIONS = {"up": "above", "down": "below", "left": "to the left", "right": "to the right"}


class Topology(Widget, can_focus=True):
    """Draws columns where they fit, rows where they do not, and only when something changed."""

    HELP = """\
### Topology
Every box is a real process or server. `●` is up, `◐` starting, `‖` paused, `✕` down; a struck pid
is dead, `4712→4790` is a replacement. Numbers on the wires are requests a second and recent errors.
Arrow keys or the mouse select a node; `s` shows its code, `backspace` lets go of it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                key,
                f"select('{key}')",
                f"Node {where}",
                show=False,
                tooltip=f"Select the node {where}",
                id=f"topology.{key}",
            )
            for key, where in DIRECTIONS.items()
        ),
        Binding(
            "backspace",
            "select('')",
            "No node",
            show=False,
            tooltip="Select no node and list all events",
            id="topology.none",
        ),
    ]

    state: var[LabState] = var(LabState, init=False)
    selected: reactive[str | None] = reactive(None, init=False)
    scene: reactive[Scene] = reactive(Scene, init=False)
    phase: reactive[int] = reactive(0, init=False)

    @dataclass
    class NodeSelected(Message):
        """The learner selected a node, or none."""

        topology: "Topology"
        node: str | None

        @property
        def control(self) -> "Topology":
            """The topology it happened in."""
            return self.topology

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._meter = FlowMeter()
        self._picture = Picture()
        self._room = 0

    def watch_state(self, state: LabState) -> None:
        """Redraw only what is new: equal scenes are not drawn twice."""
        self.scene = scene_of(state, self._meter.read(state))
        if self.app.animation_level != "none":
            self.phase = int(state.t * TICKS_PER_SECOND)
        if self.selected is not None and self.selected not in state.nodes:
            self.selected = None

    def watch_scene(self) -> None:
        """Ask for another height only when the picture has one: a layout costs all the screen."""
        if self._height_in(self.size.width) != self.size.height:
            self.refresh(layout=True)

    def watch_selected(self, selected: str | None) -> None:
        """Tell the screen which node it is."""
        self.post_message(self.NodeSelected(self, selected))

    def draw(self, width: int, height: int) -> Picture:
        """The picture for a room of this size; rows when columns do not fit."""
        columns = draw_columns(self.scene, width, height, selected=self.selected, phase=self.phase)
        return columns or draw_rows(self.scene, width, selected=self.selected)

    def get_content_height(
        self,
        container: Size,  # noqa: ARG002 - Textual's signature
        viewport: Size,
        width: int,
    ) -> int:
        """As high as the picture that fits the pane; at least a line for the waiting text."""
        self._room = viewport.height * SHARE[0] // SHARE[1]
        return self._height_in(width)

    def _height_in(self, width: int) -> int:
        return max(self.draw(width, self._room).height, 1)

    def render(self) -> RenderResult:
        """The picture, line by line."""
        if not self.scene.nodes:
            return Content.styled("No nodes yet.", "dim")
        self._picture = self.draw(self.size.width, self._room)
        return Content("\n").join(self._picture.lines)

    def action_select(self, direction: str) -> None:
        """Move the selection, or drop it."""
        self.selected = self._picture.beside(self.selected, direction) if direction else None

    @on(events.Click)
    def select_under_mouse(self, event: events.Click) -> None:
        """Select what was clicked; nothing when it is beside every node."""
        event.stop()
        offset = event.get_content_offset(self)
        self.selected = self._picture.at(*offset) if offset else None
