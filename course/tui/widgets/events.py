"""The event list: one sentence an event, newest last, told once a look."""

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from course.model.event import Event, Log, NodeChanged, Note, Request
from course.model.state import LabState
from course.model.untrusted import clean_line
from course.tui.widgets.sentences import Titles, sentence
from course.tui.widgets.story import Bunch, Entry, Story

INDENT = 8  # "  12.3  "


class EventList(ScrollView, can_focus=True):
    """Follows the end while it is at the end; lists one node's events when asked to.

    Its own ScrollView because RichLog wraps once for the width it had and knows no theme.
    """

    HELP = """\
### Events
What happened, newest last: nodes that came and went, what you did, and sampled requests with the
path they took. Scroll up to read; at the end it follows again. Select a node in the topology to
list only what concerns it."""

    state: var[LabState] = var(LabState, init=False)
    node: reactive[str | None] = reactive(None, init=False)

    def __init__(self, titles: Titles, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.border_title = "Events"
        self._titles = titles
        self._story = Story()
        self._drawn: dict[int, tuple[Entry, list[Content]]] = {}
        self._lines: list[Content] = []
        self._seq = 0
        self._follows = True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end only while it is on the screen."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = new_value >= self.max_scroll_y

    def watch_state(self, before: LabState, state: LabState) -> None:
        """Add what is new; begin anew with another lab."""
        if state.seq < before.seq:
            self._begin()
        new = [event for event in state.recent if event.seq > self._seq]
        if new:
            self._seq = new[-1].seq
            self._story.add(event for event in new if self._concerns(event))
            self._draw()

    def watch_node(self, node: str | None) -> None:
        """Tell again what concerns the node, or everything."""
        self.border_title = Content(clean_line(node or "Events", 40)).markup
        self._begin()
        self.watch_state(self.state, self.state)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again for a new width; stay at the end where it was."""
        follows = self._follows
        if event.size.width != self.virtual_size.width:
            self._drawn.clear()
            self._draw()
        if follows:
            self.scroll_end(animate=False, immediate=True)

    def _begin(self) -> None:
        self._story, self._seq = Story(), 0
        self._drawn.clear()
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if width <= INDENT:
            return  # not laid out yet
        follows = self._follows
        told = {id(entry) for entry in self._story.entries}
        self._drawn = {key: drawn for key, drawn in self._drawn.items() if key in told}
        self._lines = [line for entry in self._story.entries for line in self._told(entry, width)]
        self.virtual_size = Size(width, len(self._lines))
        if follows:
            self.scroll_end(animate=False, immediate=True)
        self.refresh()

    def _told(self, entry: Entry, width: int) -> list[Content]:
        """The lines of an entry, wrapped once for each width."""
        known = self._drawn.get(id(entry))
        if known is None or known[0] is not entry:
            known = self._drawn[id(entry)] = (entry, _wrapped(entry, self._titles, width))
        return known[1]

    def _concerns(self, event: Event) -> bool:
        if self.node is None:
            return True
        if isinstance(event, Request):
            return any(hop.node == self.node for hop in event.hops)
        return isinstance(event, NodeChanged | Note | Log) and event.node == self.node

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        at, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        style = self.visual_style
        if at >= len(self._lines):
            return Strip.blank(width, style.rich_style)
        return Visual.to_strips(self, self._lines[at], width, 1, style, pad=True)[0]


def _wrapped(entry: Entry, titles: Titles, width: int) -> list[Content]:
    told = _bunched(entry) if isinstance(entry, Bunch) else sentence(entry, titles)
    first, *more = told.wrap(width - INDENT)
    time = Content.styled(f"{entry.t:6.1f}  ", "$foreground 45%")
    return [time + first, *(Content(" " * INDENT) + line for line in more)]


def _bunched(bunch: Bunch) -> Content:
    counts = ", ".join(
        f"{count} × {clean_line(name, 20)}" for name, count in bunch.outcomes.items()
    )
    return Content.styled(f"  … before that {counts}", "$foreground 55%")
