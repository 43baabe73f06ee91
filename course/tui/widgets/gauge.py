"""A gauge: its value now, whether that is good, and its trend."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from course.model.lesson import Gauge
from course.model.untrusted import clean_line
from course.tui.widgets.readings import is_good, trend, value_text
from course.tui.widgets.scene import short

History = tuple[float | None, ...]
VALUE_WIDTH = 10
LOOKS = {
    True: ("✓ good", "$text-success"),
    False: ("✕ off", "$text-error"),
    None: ("", "$text-primary"),
}


class GaugeTile(Widget, can_focus=True):
    """Two lines: what it is and how it stands, then the value and its trend.

    The bars are drawn here because Textual's Sparkline has no gap for "nothing to report" and
    no fixed range, and costs more than the rest of the screen at four readings a second.
    """

    HELP = """\
### Gauge
A number over a recent window, with its trend; `–` means there is nothing to report right now.
`s` shows the code that measures it."""

    history: reactive[History] = reactive((), init=False)

    def __init__(self, gauge: Gauge) -> None:
        super().__init__()
        self.gauge = gauge
        self.tooltip = Content(clean_line(f"{gauge.title} {_wanted(gauge)}"))

    def render(self) -> RenderResult:
        """The two lines, as wide as there is room."""
        width = self.size.width
        value = self.history[-1] if self.history else None
        word, style = LOOKS[is_good(value, self.gauge.good)]
        title = short(clean_line(self.gauge.title), max(width - len(word) - 1, 1))
        shown = f"{value_text(value, clean_line(self.gauge.unit)):<{VALUE_WIDTH}} "
        bars = trend(self.history, self.gauge, width - len(shown))
        return Content.assemble(
            (title, "$foreground 75%"),
            " " * max(width - len(title) - len(word), 1),
            (word, style),
            "\n",
            (shown, f"bold {style}" if word else "bold"),
            (bars, style),
        )


def _wanted(gauge: Gauge) -> str:
    return f"(good: {gauge.good} {gauge.unit})" if gauge.good else ""
