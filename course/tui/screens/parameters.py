"""A small form for a trigger's parameters."""

import json
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Input, Label, Static

from course.model.json import JSON, Fields
from course.model.lesson import Parameter, Trigger
from course.model.untrusted import clean, clean_line


class ParametersScreen(ModalScreen[Fields | None]):
    """One field a parameter, each with its default; enter fires."""

    CSS_PATH = "parameters.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "dismiss(None)", "Cancel", tooltip="Fire nothing", id="parameters.cancel"
        ),
    ]

    def __init__(self, trigger: Trigger, params: Fields) -> None:
        super().__init__()
        self._trigger = trigger
        self._params = params

    def compose(self) -> ComposeResult:
        """Title, help, the fields, and the button."""
        with VerticalGroup(classes="frame") as frame:
            frame.border_title = Content(clean_line(self._trigger.title, 60)).markup
            yield Static(Content(clean(self._trigger.help)), classes="help")
            for parameter in self._trigger.parameters:
                yield Label(_label(parameter))
                yield Input(_text(self._params.get(parameter.name, parameter.default)))
            with HorizontalGroup():
                yield Button("Fire", variant="primary", id="fire")
                yield Button("Cancel", id="cancel")
        yield Footer()

    @on(Input.Submitted)
    @on(Button.Pressed, "#fire")
    def fire(self) -> None:
        """Hand back what was filled in."""
        values = [entry.value for entry in self.query(Input)]
        fields = zip(self._trigger.parameters, values, strict=True)
        self.dismiss({p.name: read_value(text, p.default) for p, text in fields})

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Hand back nothing."""
        self.dismiss(None)


def read_value(text: str, default: JSON) -> JSON:
    """What was typed, as JSON where it is JSON; text stays text where text is expected."""
    if isinstance(default, str):
        return text
    try:
        value: JSON = json.loads(text)
    except ValueError:
        return text
    return value


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _label(parameter: Parameter) -> Content:
    return Content.assemble(
        (clean_line(parameter.name, 40), "bold"),
        (f"  {clean_line(parameter.help)}" if parameter.help else "", "$foreground 65%"),
    )
