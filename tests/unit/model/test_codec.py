import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import WireBroken
from course.model.codec import decode, encode
from course.model.event import KINDS, Event, Hop, Note, Request, Traffic
from tests.generated_events import events
from tests.generated_events import json as json_values

NOTE = {"seq": 1, "t": 0.5, "kind": "note", "text": "hello"}


@given(events())
def test_every_event_survives_the_way_over_a_line_of_json(event: Event):
    line = json.dumps(encode(event), allow_nan=False)
    assert decode(json.loads(line)) == event


@given(st.dictionaries(st.sampled_from([*NOTE, "node", "hops", "x"]), json_values, max_size=6))
def test_any_object_is_an_event_or_refused_as_not_the_wire(fields):
    with contextlib.suppress(WireBroken):
        assert isinstance(decode(fields), Event)


def test_optional_fields_may_be_left_out():
    assert decode(NOTE) == Note(seq=1, t=0.5, text="hello", tone="info", node="")


def test_nested_hops_become_hops():
    fields = {
        "seq": 2,
        "t": 1,
        "kind": "request",
        "request": "r1",
        "outcome": "HIT",
        "ms": 3,
        "hops": [{"node": "redis", "ms": 1, "note": "GET"}],
    }
    event = decode(fields)
    assert isinstance(event, Request)
    assert event.hops == (Hop("redis", 1.0, "GET"),)


def test_a_whole_number_where_a_float_belongs_becomes_one():
    event = decode(
        {"seq": 1, "t": 0, "kind": "traffic", "source": "a", "target": "b", "requests": 1,
         "errors": 0, "seconds": 1}
    )  # fmt: skip
    assert isinstance(event, Traffic)
    assert isinstance(event.seconds, float)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": "notes"}, "no event of kind 'notes'"),
        ({"kind": None}, "no event of kind None"),
        ({"kind": ["note"]}, "no event of kind"),
        ({"tonne": "bad"}, "'note' has no field 'tonne'"),
        ({"text": 3}, "'note.text' should be a string, and is 3"),
        ({"tone": "loud"}, "'note.tone' should be one of info, good, bad"),
        ({"seq": True}, "'note.seq' should be a whole number, and is True"),
        ({"seq": -1}, "negative"),
        ({"seq": 10**5000}, "a number too large"),
        ({"t": float("nan")}, "'note.t' should be a number"),
        ({"t": float("inf")}, "'note.t' should be a number"),
        ({"t": "0"}, "'note.t' should be a number"),
    ],
)
def test_what_is_not_an_event_is_refused_and_named(change, complaint):
    with pytest.raises(WireBroken, match=complaint):
        decode(NOTE | change)


@pytest.mark.parametrize("left_out", ["seq", "t", "text"])
def test_a_missing_field_is_named(left_out):
    fields = {name: value for name, value in NOTE.items() if name != left_out}
    with pytest.raises(WireBroken, match=f"'{left_out}'"):
        decode(fields)


def test_values_that_json_does_not_have_are_refused_inside_free_fields():
    fired = {"seq": 1, "t": 0, "kind": "trigger_fired", "trigger": "x", "call": 1}
    with pytest.raises(WireBroken, match="JSON value"):
        decode(fired | {"params": {"deep": [float("nan")]}})


def test_a_value_nested_without_end_is_refused():
    value: list = []
    for _ in range(500):
        value = [value]
    done = {"seq": 1, "t": 0, "kind": "trigger_done", "trigger": "x", "call": 1, "seconds": 1}
    with pytest.raises(WireBroken, match="nested"):
        decode(done | {"value": value})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_refused_when_it_has_nothing_but_its_kind(kind):
    with pytest.raises(WireBroken):
        decode({"kind": kind})
