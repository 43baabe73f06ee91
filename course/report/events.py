"""What happens in a lab, a line for each thing that a person would want to hear of."""

import json
from functools import singledispatch

from course.model.event import (
    Dropped,
    EdgeDeclared,
    Event,
    ExperimentDone,
    GaugesRead,
    LabStarted,
    LabStopped,
    Log,
    NodeChanged,
    Note,
    Request,
    Traffic,
    TriggerDone,
    TriggerFired,
)
from course.model.json import JSON
from course.model.state import LabState
from course.model.untrusted import clean_line

TONES = {"info": "", "good": "good: ", "bad": "bad: "}
QUIET = (EdgeDeclared, Traffic, GaugesRead)  # many a second; `--json` has them all


def event_line(event: Event) -> str | None:
    """One line with the time in front; None for what only numbers speak of."""
    if isinstance(event, QUIET):
        return None
    return f"{event.t:8.2f}  {clean_line(_told(event))}"


def gauges_line(state: LabState) -> str | None:
    """The last reading of every gauge that has one."""
    readings = {name: state.gauge(name) for name in state.gauges}
    known = [f"{name} {value:g}" for name, value in readings.items() if value is not None]
    return clean_line(f"gauges: {', '.join(known)}") if known else None


@singledispatch
def _told(event: Event) -> str:
    return event.kind


@_told.register
def _(event: LabStarted) -> str:
    programs = [
        f"{one.name} {one.version}{' (stand-in)' if one.stand_in else ''}"
        for one in event.components
    ]
    return ", ".join([f"lab {event.lesson} is open: {event.sandbox}, seed {event.seed}", *programs])


@_told.register
def _(event: NodeChanged) -> str:
    pid = f", pid {event.pid}" if event.pid is not None else ""
    detail = f": {event.detail}" if event.detail else ""
    return f"{event.node} is {event.state}{pid}{detail}"


@_told.register
def _(event: TriggerFired) -> str:
    params = ", ".join(f"{name}={_value(value)}" for name, value in event.params.items())
    return f"fired {event.trigger}{f' with {params}' if params else ''}"


@_told.register
def _(event: TriggerDone) -> str:
    if event.error:
        return f"{event.trigger} failed after {event.seconds:.2f} s: {event.error}"
    value = f": {_value(event.value)}" if event.value is not None else ""
    return f"{event.trigger} done in {event.seconds:.2f} s{value}"


@_told.register
def _(event: Request) -> str:
    hops = " > ".join(f"{one.node}{f' ({one.note})' if one.note else ''}" for one in event.hops)
    parts = [f"request {event.request}: {event.outcome} in {event.ms:.1f} ms", hops, event.why]
    return "; ".join(filter(None, parts))


@_told.register
def _(event: Note) -> str:
    is_named = not event.node or event.text.startswith(event.node)
    node = "" if is_named else f"{event.node}: "
    return f"{TONES[event.tone]}{node}{event.text}"


@_told.register
def _(event: ExperimentDone) -> str:
    facts = ", ".join(f"{name} = {_value(value)}" for name, value in event.facts.items())
    return f"{event.experiment} observed: {event.choice}{f' ({facts})' if facts else ''}"


@_told.register
def _(event: Log) -> str:
    return f"{event.node} says: {event.text}"


@_told.register
def _(event: Dropped) -> str:
    return f"{event.count} events left out, there were too many at once"


@_told.register
def _(event: LabStopped) -> str:
    return f"lab is closed{f': {event.reason}' if event.reason else ''}"


def _value(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
