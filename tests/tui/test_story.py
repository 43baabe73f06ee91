"""The event list: sentences, and which events are told."""

import pytest

from course.model.event import (
    KINDS,
    Component,
    Dropped,
    EdgeDeclared,
    ExperimentDone,
    GaugesRead,
    Hop,
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
from course.tui.widgets.sentences import fields_line, sentence, value_line
from course.tui.widgets.story import KEPT, NEWEST, Bunch, Story

TITLES = {"crash": "Crash a worker"}


def request(outcome: str = "200", *, ok: bool = True, seq: int = 1) -> Request:
    return Request(seq=seq, request="r", outcome=outcome, ms=0.42, ok=ok,
                   hops=(Hop("client"), Hop("cache", 0.4)))  # fmt: skip


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            LabStarted(
                lesson="x", seed=1,
                components=(Component("nginx", "1.31"), Component("MongoDB", "7", stand_in=True)),
            ),
            "● The lab is open: nginx 1.31, MongoDB 7 (stand-in)",
        ),
        (
            NodeChanged(node="w", role="worker", tier=1, state="down", pid=7, detail="SIGKILL"),
            "✕ w down pid 7 · SIGKILL",
        ),
        (
            TriggerFired(trigger="crash", call=1, params={"worker": 2}),
            "▸ you: Crash a worker worker=2",
        ),
        (
            TriggerDone(trigger="crash", call=1, seconds=0.7, value={"pid": 7, "ratio": 0.33333}),
            "✓ Crash a worker: pid 7, ratio 0.3333 (0.7 s)",
        ),
        (
            TriggerDone(trigger="crash", call=1, seconds=0.7, error="no such worker"),
            "✕ Crash a worker could not: no such worker",
        ),
        (request("HIT"), "  client → cache HIT 0.4 ms"),
        (request("refused", ok=False), "✕ client → cache refused 0.4 ms"),
        (Note(text="It is well.", tone="good"), "✓ It is well."),
        (ExperimentDone(experiment="e", choice="a", facts={"lost": 3}), "◆ e: lost 3"),
        (Log(node="w", text="started"), "w │ started"),
        (LabStopped(reason="time is up"), "○ The lab is closed: time is up"),
    ],
)  # fmt: skip
def test_an_event_is_a_sentence(event, told):
    assert sentence(event, TITLES).plain == told


def test_every_kind_of_event_can_be_told():
    unlisted = {EdgeDeclared, Traffic, GaugesRead, Dropped}  # the picture and the gauges show these
    told = {
        LabStarted, NodeChanged, TriggerFired, TriggerDone, Request, Note, ExperimentDone, Log,
        LabStopped,
    }  # fmt: skip
    assert set(KINDS.values()) == unlisted | told


def test_values_are_told_in_a_line():
    assert value_line({"a": [1, 2], "b": None}) == "a [1, 2], b null"
    assert value_line({"times": {"8": 5.5, "64": 5.12345}}) == "times (8: 5.5, 64: 5.123)"
    assert value_line({"pods_at_54": 4, "pods": 5}) == "pods at 54: 4, pods 5"
    assert value_line("text") == "text"
    assert fields_line({"rate": 2.5, "key": "a"}) == "rate=2.5 key=a"


def test_ordinary_requests_are_told_only_while_they_are_new():
    story = Story()
    story.add(request(outcome) for outcome in ("MISS", *["HIT"] * 9))
    assert [type(entry) for entry in story.entries] == [Bunch, *[Request] * NEWEST]
    assert story.entries[0].outcomes == {"MISS": 1, "HIT": 9 - NEWEST}


def test_what_matters_is_never_counted_away():
    story = Story()
    note = Note(text="worker-2 died", tone="bad")
    story.add([*[request()] * 9, note, *[request()] * 9, request("refused", ok=False)])
    assert note in story.entries
    assert story.entries[-1].outcome == "refused"
    assert sum(isinstance(entry, Bunch) for entry in story.entries) == 2


def test_the_story_is_bounded():
    story = Story()
    story.add(Note(text=str(number)) for number in range(KEPT * 2))
    assert len(story.entries) == KEPT
    assert story.entries[-1].text == str(KEPT * 2 - 1)


def test_requests_that_fail_alike_are_told_only_while_they_are_new():
    story = Story()
    story.add([request(), *[request("lost", ok=False)] * 40, request("refused", ok=False)])
    kinds = [entry if isinstance(entry, Bunch) else entry.outcome for entry in story.entries]
    assert kinds == ["200", Bunch(0.0, {"lost": 40 - NEWEST}), *["lost"] * NEWEST, "refused"]
