"""The state of a lab is a pure fold over its events."""

from hypothesis import given
from hypothesis import strategies as st

from course.model.event import (
    EdgeDeclared,
    ExperimentDone,
    GaugesRead,
    LabStarted,
    LabStopped,
    NodeChanged,
    Note,
    Request,
    Traffic,
    TriggerDone,
    TriggerFired,
)
from course.model.state import HISTORY, RECENT, LabState, fold
from tests.generated_events import logs


def node(state="up", pid=1, seq=1, **more):
    return NodeChanged(seq=seq, node="w", role="worker", tier=1, state=state, pid=pid, **more)


@given(logs(), st.data())
def test_folding_in_pieces_gives_the_same_as_folding_at_once(events, data):
    cut = data.draw(st.integers(0, len(events)))
    assert fold(events[cut:], fold(events[:cut])) == fold(events)


@given(logs())
def test_folding_changes_nothing_it_was_given(events):
    before = fold(events[:1])
    again = fold(events[:1])
    fold(events, before)
    assert before == again


def test_a_node_is_what_its_last_event_says():
    state = fold([node(pid=41), node("down", pid=41), node(pid=57)])
    assert state.nodes["w"].pid == 57
    assert len(state.recent) == 3


def test_a_node_that_only_changes_its_detail_is_not_news():
    assert len(fold([node(), node(detail="busy")]).recent) == 1


def test_traffic_becomes_rates_and_adds_up():
    one = Traffic(source="a", target="b", requests=10, errors=5, seconds=0.5, ms=3.0)
    flow = fold([EdgeDeclared(source="a", target="b"), one, one]).edges[("a", "b")]
    assert (flow.requests_per_second, flow.errors_per_second, flow.ms) == (20.0, 10.0, 3.0)
    assert (flow.requests, flow.errors) == (20, 10)


def test_declaring_an_edge_again_keeps_its_traffic():
    one = Traffic(source="a", target="b", requests=1, errors=0, seconds=1.0)
    again = EdgeDeclared(source="a", target="b")
    assert fold([one, again]).edges[("a", "b")].requests == 1


def test_gauges_keep_a_bounded_trend_with_their_gaps():
    readings = [GaugesRead(values={"p99": None if n % 2 else float(n)}) for n in range(HISTORY + 9)]
    state = fold(readings)
    assert len(state.gauges["p99"]) == HISTORY
    assert state.gauge("p99") == float(HISTORY + 8)
    assert state.gauge("unknown") is None


def test_a_trigger_is_running_between_its_two_events():
    fired = TriggerFired(trigger="crash", call=3)
    done = TriggerDone(trigger="crash", call=3, seconds=0.1)
    assert list(fold([fired]).running) == [3]
    assert not fold([fired, done]).running


def test_what_was_observed_is_kept_by_experiment():
    seen = ExperimentDone(experiment="kill_one", choice="in_flight", facts={"lost": 1})
    assert fold([seen]).observed["kill_one"].facts == {"lost": 1}


def test_the_event_list_and_the_traces_are_bounded():
    state = fold([Note(text=str(n)) for n in range(RECENT + 50)])
    assert len(state.recent) == RECENT
    traces = fold([Request(request=str(n), outcome="HIT", ms=1.0) for n in range(99)]).traces
    assert traces[-1].request == "98"
    assert len(traces) < 99


def test_a_lab_starts_runs_and_stops():
    state = fold([LabStarted(seq=1, lesson="x", seed=7, sandbox="docker")])
    assert (state.lesson, state.seed, state.sandbox, state.stopped) == ("x", 7, "docker", None)
    assert fold([LabStopped(seq=2, t=3.5, reason="closed")], state).stopped == "closed"
    assert fold([]) == LabState()
