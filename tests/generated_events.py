"""Hypothesis strategies for events: any single one, and whole logs as an agent would send them."""

from typing import get_args

from hypothesis import strategies as st

from course.model.event import (
    Component,
    Dropped,
    EdgeDeclared,
    Event,
    ExperimentDone,
    GaugesRead,
    Hop,
    LabStarted,
    LabStopped,
    Log,
    NodeChanged,
    NodeState,
    Note,
    Request,
    Tone,
    Traffic,
    TriggerDone,
    TriggerFired,
)

text = st.text(max_size=12)
name = st.sampled_from(["client", "master", "worker-1", "worker-2", "redis"])
number = st.floats(min_value=0, max_value=1e9, allow_nan=False)
count = st.integers(min_value=0, max_value=2**53)
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
fields = st.dictionaries(text, json, max_size=3)

_KINDS: dict[type[Event], dict[str, st.SearchStrategy]] = {
    LabStarted: {
        "lesson": text,
        "seed": count,
        "sandbox": text,
        "components": st.lists(st.builds(Component, text, text, st.booleans()), max_size=2).map(
            tuple
        ),
    },
    NodeChanged: {
        "node": name,
        "role": text,
        "tier": count,
        "state": st.sampled_from(get_args(NodeState)),
        "title": text,
        "pid": st.none() | count,
        "detail": text,
    },
    EdgeDeclared: {"source": name, "target": name},
    Traffic: {
        "source": name,
        "target": name,
        "requests": count,
        "errors": count,
        "seconds": number,
        "ms": st.none() | number,
    },
    GaugesRead: {"values": st.dictionaries(name, st.none() | number, max_size=3)},
    TriggerFired: {"trigger": name, "call": count, "params": fields},
    TriggerDone: {"trigger": name, "call": count, "seconds": number, "value": json, "error": text},
    Request: {
        "request": text,
        "outcome": text,
        "ms": number,
        "hops": st.lists(st.builds(Hop, name, number, text), max_size=3).map(tuple),
        "why": text,
        "ok": st.booleans(),
    },
    Note: {"text": text, "tone": st.sampled_from(get_args(Tone)), "node": name},
    ExperimentDone: {"experiment": name, "choice": text, "facts": fields},
    Log: {"node": name, "text": text},
    Dropped: {"count": count},
    LabStopped: {"reason": text},
}


@st.composite
def events(draw: st.DrawFn, seq: int | None = None, t: float | None = None) -> Event:
    """Any event of any kind."""
    kind = draw(st.sampled_from(list(_KINDS)))
    return kind(
        seq=draw(count) if seq is None else seq,
        t=draw(number) if t is None else t,
        **{field: draw(values) for field, values in _KINDS[kind].items()},
    )


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """A log as an agent sends it: seq without gaps from 1, time that never goes back."""
    times = sorted(draw(st.lists(number, max_size=25)))
    return [draw(events(seq=at, t=t)) for at, t in enumerate(times, start=1)]
