"""Events leave numbered, in order and bounded; what was left out is counted."""

import itertools

from lab.flows import Flows
from lab.telling import MOST_PER_SECOND, MOST_SAMPLES_PER_SECOND, Telling


def told(count, kind="note", **options):
    events = []
    telling = Telling(events.append)
    for n in range(count):
        telling.tell(kind, text=str(n), **options)
    return events


def test_numbers_have_no_gaps_and_time_does_not_go_back():
    events = told(50)
    assert [event["seq"] for event in events] == list(range(1, 51))
    assert [event["t"] for event in events] == sorted(event["t"] for event in events)


def test_a_flood_is_cut(monkeypatch):
    monkeypatch.setattr("lab.telling.time.monotonic", lambda: 5.0)
    assert len(told(3 * MOST_PER_SECOND)) == MOST_PER_SECOND


def test_samples_are_cut_first_and_what_is_kept_never(monkeypatch):
    monkeypatch.setattr("lab.telling.time.monotonic", lambda: 5.0)
    assert len(told(1000, "log")) == MOST_SAMPLES_PER_SECOND
    assert len(told(1000, "log", keep=True)) == 1000


def test_what_was_left_out_is_counted_in_the_next_second(monkeypatch):
    now = [5.0]
    monkeypatch.setattr("lab.telling.time.monotonic", lambda: now[0])
    events = []
    telling = Telling(events.append)
    for _ in range(MOST_PER_SECOND + 30):
        telling.tell("note", text="x")
    ticks = itertools.count(6.0, 0.01)  # it takes a moment to say so
    monkeypatch.setattr("lab.telling.time.monotonic", lambda: next(ticks))
    telling.tell("note", text="later")
    assert [event["t"] for event in events] == sorted(event["t"] for event in events)
    assert [event["count"] for event in events if event["kind"] == "dropped"] == [30]
    assert events[-1]["text"] == "later"


def test_flows_add_up_and_a_silent_edge_is_told_once():
    flows = Flows()
    flows.add("a", "b", 3, 1, 2.0)
    flows.add("a", "b", 1, 0, 6.0)
    taken = flows.take()[("a", "b")]
    assert (taken.requests, taken.errors, taken.mean_ms) == (4, 1, 3.0)
    assert flows.take()[("a", "b")].requests == 0
    assert flows.take() == {}
