from course.model.event import (
    GaugesRead,
    LabStarted,
    NodeChanged,
    Note,
    Request,
    Traffic,
    TriggerFired,
)
from tests.thinning import thinned

STARTED = LabStarted(seq=1, t=0.0, lesson="counting", seed=1)


def _tick(t, requests, ms, errors=0):
    return Traffic(
        source="a", target="b", requests=requests, errors=errors, seconds=0.25, ms=ms, t=t
    )


def test_ticks_of_an_edge_become_one_with_the_same_sums_and_the_mean_of_all_requests():
    log = [STARTED, _tick(0.5, 1, 10.0), _tick(0.75, 3, 30.0, errors=1), _tick(1.0, 0, None)]
    assert thinned(log)[1:] == [
        Traffic(source="a", target="b", requests=4, errors=1, seconds=0.75, ms=25.0, t=1.0, seq=2)
    ]


def test_of_gauges_the_last_reading_stays_and_of_requests_one_that_went_well():
    good = [Request(request=f"r{n}", outcome="200", ms=1.0, t=0.1 * n) for n in (1, 2, 3)]
    bad = Request(request="r4", outcome="lost", ms=1.0, t=0.4, ok=False)
    read = [GaugesRead(values={"rate": value}, t=0.5) for value in (1.0, 2.0)]
    kept = thinned([STARTED, *good, bad, *read])
    assert [getattr(event, "request", event.kind) for event in kept] == [
        "lab_started", "r1", "r4", "gauges",
    ]  # fmt: skip
    assert kept[-1] == GaugesRead(values={"rate": 2.0}, t=0.5, seq=4)


def test_what_somebody_did_stays_where_it_was():
    fired = TriggerFired(trigger="a", call=1, t=1.0)
    log = [STARTED, _tick(0.5, 1, 1.0), fired, _tick(1.2, 1, 1.0), _tick(9.0, 1, 1.0)]
    kept = thinned(log)
    assert [(event.seq, event.kind, event.t) for event in kept] == [
        (1, "lab_started", 0.0), (2, "traffic", 0.5), (3, "trigger_fired", 1.0),
        (4, "traffic", 1.2), (5, "traffic", 9.0),
    ]  # fmt: skip


def test_a_note_does_not_part_what_was_measured():
    log = [STARTED, _tick(0.5, 1, 1.0), Note(text="a", t=1.0), _tick(1.2, 2, 1.0)]
    assert [(event.kind, event.t) for event in thinned(log)] == [
        ("lab_started", 0.0), ("note", 1.0), ("traffic", 1.2),
    ]  # fmt: skip
    assert thinned(log)[-1].requests == 3


def test_of_a_node_the_last_word_stays_and_every_state():
    said = [
        NodeChanged(node="a", role="worker", tier=1, state=state, pid=1, detail=detail, t=t)
        for t, state, detail in ((1, "up", "1 job"), (1.5, "up", "2 jobs"), (2, "down", ""))
    ]
    kept = thinned([STARTED, *said])[1:]
    assert [(event.state, event.detail) for event in kept] == [("up", "2 jobs"), ("down", "")]
