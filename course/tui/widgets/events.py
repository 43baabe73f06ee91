"""The event list: one sentence an event, newest last, added in batches."""

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from course.model.event import Event, Log, NodeChanged, Note, Request
from course.model.state import LabState
from course.model.untrusted import clean_line
from course.tui.widgets.sentences import Titles, sentence

KEPT = 600  # lines
BATCH = 60  # events a look: what is older is counted, not listed
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

    state: reactive[LabState] = reactive(LabState, init=False)
    node: reactive[str | None] = reactive(None, init=False)

    def __init__(self, titles: Titles, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.border_title = "Events"
        self._titles = titles
        self._lines: list[Content] = []
        self._seq = 0

    def watch_state(self, before: LabState, state: LabState) -> None:
        """Add what is new; begin anew with another lab."""
        if state.seq < before.seq:
            self._forget()
        self._add([event for event in state.recent if event.seq > self._seq])

    def watch_node(self) -> None:
        """List again what concerns the node, or everything."""
        self.border_title = Content(clean_line(self.node or "Events", 40)).markup
        self._list_again()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again for the new width."""
        if event.size.width != self.virtual_size.width:
            self._list_again()

    def _list_again(self) -> None:
        self._forget()
        self._add(self.state.recent)

    def _forget(self) -> None:
        self._lines, self._seq = [], 0

    def _add(self, new: Sequence[Event]) -> None:
        told = [event for event in new if self._concerns(event)]
        width = self.scrollable_content_region.width
        if width <= INDENT or not (told or not self._lines):
            return
        is_following = self.scroll_offset.y >= self.max_scroll_y
        self._seq = new[-1].seq if new else self._seq
        if len(told) > BATCH:
            self._lines.append(Content.styled(f"{'':{INDENT}}… {len(told) - BATCH} more", "dim"))
        for event in told[-BATCH:]:
            self._lines += _wrapped(event, self._titles, width)
        self._lines = self._lines[-KEPT:]
        self.virtual_size = Size(width, len(self._lines))
        if is_following:
            self.scroll_end(animate=False, immediate=True)
        self.refresh()

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


def _wrapped(event: Event, titles: Titles, width: int) -> list[Content]:
    first, *more = sentence(event, titles).wrap(width - INDENT)
    time = Content.styled(f"{event.t:6.1f}  ", "$foreground 45%")
    return [time + first, *(Content(" " * INDENT) + line for line in more)]
