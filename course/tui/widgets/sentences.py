"""Events as sentences: what happened, to which node, and why."""

import json
from collections.abc import Callable, Mapping
from functools import singledispatch

from textual.content import Content

from course.model.event import (
    Event,
    ExperimentDone,
    LabStarted,
    LabStopped,
    Log,
    NodeChanged,
    Note,
    Request,
    TriggerDone,
    TriggerFired,
)
from course.model.json import JSON, Fields
from course.model.untrusted import clean_line
from course.tui.theme import NODES, TONES

Titles = Mapping[str, str]
"""Titles of triggers and experiments by id."""

VALUE_LIMIT = 60
LINE_LIMIT = 400
LOG_LIMIT = 120


def sentence(event: Event, titles: Titles) -> Content:
    """What happened, ready to be drawn; every outside word is cleaned."""
    return _told(event, lambda name: clean_line(titles.get(name, name), 60))


def value_line(value: JSON) -> str:
    """A JSON value for people: `pid 7, pods at 54: 4, times (8: 5.5)`, or the value itself."""
    if isinstance(value, dict):
        return ", ".join(f"{_named(key)} {_nested(item)}" for key, item in value.items())
    return _short(value)


def _named(key: str) -> str:
    """A name of one word stands before its value as it is; after several there is a colon."""
    words = clean_line(key.replace("_", " "), 40)
    return f"{words}:" if " " in words else words


def _nested(value: JSON) -> str:
    """A table within a table, without the quotes and braces of JSON."""
    if not isinstance(value, dict) or any(isinstance(item, dict) for item in value.values()):
        return _short(value)
    told = ", ".join(f"{key.replace('_', ' ')}: {_short(item)}" for key, item in value.items())
    return clean_line(f"({told})", VALUE_LIMIT)


def fields_line(fields: Fields) -> str:
    """Parameters as they were given: `worker=2 rate=40`."""
    return " ".join(f"{clean_line(name, 40)}={_short(value)}" for name, value in fields.items())


def _short(value: JSON) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean_line(text, VALUE_LIMIT)


@singledispatch
def _told(event: Event, _title: Callable[[str], str]) -> Content:
    return Content(event.kind)


@_told.register
def _(event: LabStarted, _title: Callable[[str], str]) -> Content:
    parts = [
        clean_line(f"{part.name} {part.version}", 60) + (" (stand-in)" if part.stand_in else "")
        for part in event.components
    ]
    return Content.assemble(("● The lab is open", "bold"), f": {', '.join(parts)}" if parts else "")


@_told.register
def _(event: NodeChanged, _title: Callable[[str], str]) -> Content:
    look = NODES[event.state]
    pid = f" pid {event.pid}" if event.pid is not None else ""
    detail = f" · {clean_line(event.detail, 80)}" if event.detail else ""
    return Content.assemble(
        (f"{look.symbol} ", look.style),
        (clean_line(event.node, 40), "bold"),
        (f" {look.word}", look.style),
        pid,
        (detail, "$foreground 65%"),
    )


@_told.register
def _(event: TriggerFired, title: Callable[[str], str]) -> Content:
    return Content.assemble(
        ("▸ you: ", "$text-primary"),
        (title(event.trigger), "bold $text-primary"),
        (f" {fields_line(event.params)}" if event.params else "", "$text-primary"),
    )


@_told.register
def _(event: TriggerDone, title: Callable[[str], str]) -> Content:
    if event.error:
        return Content.assemble(
            ("✕ ", "$text-error"),
            (title(event.trigger), "bold"),
            (f" could not: {clean_line(event.error, LINE_LIMIT)}", "$text-error"),
        )
    value = f": {value_line(event.value)}" if event.value is not None else ""
    return Content.assemble(
        ("✓ ", "$text-success"), (title(event.trigger), "bold"), value,
        (f" ({event.seconds:.1f} s)", "$foreground 55%"),
    )  # fmt: skip


@_told.register
def _(event: Request, _title: Callable[[str], str]) -> Content:
    path = " → ".join(clean_line(hop.node, 30) for hop in event.hops)
    notes = "; ".join(clean_line(hop.note, 80) for hop in event.hops if hop.note)
    why = clean_line(event.why, LINE_LIMIT) or notes
    return Content.assemble(
        ("  " if event.ok else "✕ ", "$text-error"),
        path or clean_line(event.request, 60),
        (f" {clean_line(event.outcome, 40)}", f"bold {_outcome_style(event)}"),
        (f" {event.ms:.1f} ms", "$foreground 75%"),
        (f" · {why}" if why else "", "$foreground 55%"),
    )


def _outcome_style(event: Request) -> str:
    if not event.ok:
        return "$text-error"
    return "$text-warning" if event.outcome.upper().startswith("MISS") else "$text-success"


@_told.register
def _(event: Note, _title: Callable[[str], str]) -> Content:
    tone = TONES[event.tone]
    return Content.assemble(
        (f"{tone.symbol} ", tone.style), (clean_line(event.text, LINE_LIMIT), tone.style)
    )


@_told.register
def _(event: ExperimentDone, title: Callable[[str], str]) -> Content:
    facts = f": {value_line(event.facts)}" if event.facts else ""
    return Content.assemble(
        ("◆ ", "$text-accent"), (title(event.experiment), "bold $text-accent"), facts
    )


@_told.register
def _(event: Log, _title: Callable[[str], str]) -> Content:
    return Content.assemble(
        (f"{clean_line(event.node, 30)} │ ", "$foreground 45%"),
        (clean_line(event.text, LOG_LIMIT), "$foreground 65%"),
    )


@_told.register
def _(event: LabStopped, _title: Callable[[str], str]) -> Content:
    reason = f": {clean_line(event.reason, LINE_LIMIT)}" if event.reason else ""
    return Content.assemble(("○ The lab is closed", "bold"), reason)
