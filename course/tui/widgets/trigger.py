"""A trigger where the text speaks of it: its key, what it does, its parameters, how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Static

from course.errors import CourseError
from course.model.json import JSON, Fields
from course.model.lesson import Trigger
from course.model.untrusted import clean, clean_line
from course.tui.widgets.sentences import fields_line, value_line


@dataclass
class TriggerPressed(Message):
    """The learner wants a trigger fired; with `ask`, its parameters asked for first.

    `card` is where the text speaks of it, if it was pressed there.
    """

    trigger: Trigger
    params: Fields
    ask: bool = False
    card: "TriggerCard | None" = None


class TriggerButton(Button):
    """A trigger's key and title; pressing it fires the trigger."""

    HELP = """\
### Trigger
Does something real to the lab. Press its key anywhere on this screen, or this button; shift and
the key asks for its parameters first. `s` shows the code behind it."""

    def __init__(self, trigger: Trigger, params: Fields | None = None) -> None:
        super().__init__(_label(trigger), compact=True, tooltip=Content(clean(trigger.help)))
        self.trigger = trigger
        self.params = params or {}

    @on(Button.Pressed)
    def fire(self, event: Button.Pressed) -> None:
        """Ask for the trigger to be fired."""
        event.stop()
        self.post_message(TriggerPressed(self.trigger, self.params))


class ParameterButton(Button):
    """The parameters a trigger would be fired with; pressing it asks for others."""

    def __init__(self, trigger: Trigger, params: Fields) -> None:
        super().__init__(
            Content(fields_line(params) + " …"), compact=True, tooltip="Fire with other values"
        )
        self.trigger = trigger
        self.params = params

    @on(Button.Pressed)
    def ask(self, event: Button.Pressed) -> None:
        """Ask for the trigger's parameters."""
        event.stop()
        self.post_message(TriggerPressed(self.trigger, self.params, ask=True))


class TriggerCard(VerticalGroup):
    """A trigger in a lesson's text.

    Where a step names a trigger more than once, its key fires the cards in turn: the one that
    `has_turn` is next.
    """

    has_turn: reactive[bool] = reactive(True, init=False)

    def __init__(self, trigger: Trigger, arguments: Fields) -> None:
        super().__init__()
        self.trigger = trigger
        self._params = with_defaults(trigger, arguments) if trigger.parameters else {}
        self.arguments = arguments

    def watch_has_turn(self, has_turn: bool) -> None:
        """Only the card whose turn it is shows the key as a key."""
        self.query_one(TriggerButton).label = _label(self.trigger, has_turn=has_turn)

    @on(TriggerPressed)
    def sign(self, message: TriggerPressed) -> None:
        """Say where it was pressed."""
        message.card = self

    def compose(self) -> ComposeResult:
        """Button and parameters, help, and a line for how it went."""
        with HorizontalGroup():
            yield TriggerButton(self.trigger, self.arguments)
            if self._params:
                yield ParameterButton(self.trigger, self._params)
        yield Static(Content(clean(self.trigger.help)), classes="help")
        yield Static(classes="outcome")

    def show_running(self, params: Fields) -> None:
        """Say that it is on its way."""
        self._say(Content.styled(f"◐ firing {fields_line(params)}", "$text-warning"))

    def show_value(self, value: JSON) -> None:
        """Say what it returned."""
        told = f": {value_line(value)}" if value is not None else ""
        self._say(Content.styled(f"✓ done{told}", "$text-success"))

    def show_error(self, error: CourseError) -> None:
        """Say why it could not be done."""
        told = clean(f"✕ {error.summary} {error.hint}".strip())
        self._say(Content.styled(told, "$text-error"))

    def _say(self, content: Content) -> None:
        outcome = self.query_one(".outcome", Static)
        outcome.update(content)
        outcome.add_class("-told")
        self.call_after_refresh(self.scroll_visible, animate=False)  # a key may have fired it


def with_defaults(trigger: Trigger, arguments: Mapping[str, JSON]) -> Fields:
    """Every parameter of a trigger with the value it would have."""
    return {p.name: arguments.get(p.name, p.default) for p in trigger.parameters}


def give_turn(cards: Sequence[TriggerCard], fired: TriggerCard | None = None) -> None:
    """Among one trigger's cards it is the turn of the one after the fired one, or of the first."""
    following = (cards.index(fired) + 1) % len(cards) if fired in cards else 0
    for number, card in enumerate(cards):
        card.has_turn = number == following


def _label(trigger: Trigger, *, has_turn: bool = True) -> Content:
    look = "bold reverse" if has_turn else "dim"
    return Content.assemble(
        (f" {clean_line(trigger.key)} ", look), f" {clean_line(trigger.title, 60)} "
    )
