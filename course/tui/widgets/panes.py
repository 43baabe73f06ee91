"""The names of a screen's panes, for terminals that show one at a time."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button


class PaneSwitch(HorizontalGroup):
    """One button a pane; the one that is shown stands out."""

    shown: reactive[str | None] = reactive(None)

    @dataclass
    class PaneChosen(Message):
        """The learner wants to see another pane."""

        name: str

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """The buttons."""
        for name in self._names:
            yield Button(name.capitalize(), id=f"pane-{name}", compact=True)

    def watch_shown(self, shown: str | None) -> None:
        """Mark the pane that is shown; the first where none was chosen."""
        for button in self.query(Button):
            button.set_class(button.id == f"pane-{shown or self._names[0]}", "-shown")

    def on_mount(self) -> None:
        """Mark the first."""
        self.watch_shown(self.shown)

    @on(Button.Pressed)
    def choose(self, event: Button.Pressed) -> None:
        """Hand the choice up."""
        event.stop()
        self.post_message(self.PaneChosen((event.button.id or "").removeprefix("pane-")))
