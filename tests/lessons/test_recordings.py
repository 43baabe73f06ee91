"""Each lesson was played on the screen from start to finish; what happened is kept, and holds.

A recording is made with `python -m course --record FOLDER` and made small with
`python -m tests.thinning RAW KEPT`. It shows what a lesson looked like when somebody learned with
it, so it names only what the lesson still has: who renames a trigger plays the lesson again.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from course.cli.main import main
from course.content.catalog import Catalog
from course.content.folders import find_course
from course.model.codec import decode, encode
from course.model.event import ExperimentDone, GaugesRead, LabStopped, TriggerDone, TriggerFired
from course.model.state import fold
from course.storage.recordings import Recording, read_recording
from tests.thinning import LARGEST, thinned

FOLDER = Path(__file__).parent.parent / "fixtures" / "recordings"
FILES = sorted(FOLDER.glob("*.jsonl"))
LESSONS = {lesson.folder.name: lesson for lesson in Catalog(find_course()).lessons}
PRIVATE = re.compile(r"/home/|/root|/Users/|/work\b|\btmp/|[\w.-]+@(?!example\.)[\w-]+\.[a-z]+")

each_recording = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@cache
def _read(file: Path) -> Recording:
    return read_recording(file)


def test_every_lesson_has_a_recording():
    assert {file.stem for file in FILES} == set(LESSONS)


@each_recording
def test_it_is_whole_small_and_private(file):
    assert not _read(file).is_cut
    assert isinstance(_read(file).events[-1], LabStopped), "the lab was not closed"
    text = file.read_text(encoding="utf-8")
    assert len(text) <= LARGEST
    assert PRIVATE.findall(text) == []


@each_recording
def test_every_event_is_on_the_wire_as_it_is_in_memory(file):
    for event in _read(file).events:
        assert decode(encode(event)) == event


@each_recording
def test_every_trigger_was_fired_and_did_what_it_does(file):
    lesson, events = LESSONS[file.stem], _read(file).events
    fired = [event for event in events if isinstance(event, TriggerFired)]
    declared = {one.id: {parameter.name for parameter in one.parameters} for one in lesson.triggers}
    assert {event.trigger for event in fired} == set(declared)
    assert [event for event in fired if not set(event.params) <= declared[event.trigger]] == []
    done = {event.trigger for event in events if isinstance(event, TriggerDone) and not event.error}
    assert done == set(declared), "some trigger never succeeded"


@each_recording
def test_every_experiment_was_run_and_showed_its_truth(file):
    lesson, events = LESSONS[file.stem], _read(file).events
    shown = {(one.experiment, one.choice) for one in events if isinstance(one, ExperimentDone)}
    choices = {(one.id, choice.id) for one in lesson.experiments for choice in one.choices}
    assert shown <= choices
    assert shown >= {(one.id, one.truth) for one in lesson.experiments}


@each_recording
def test_every_gauge_was_read_and_had_a_value(file):
    lesson, events = LESSONS[file.stem], _read(file).events
    readings = [event.values for event in events if isinstance(event, GaugesRead)]
    names = {gauge.id for gauge in lesson.gauges}
    assert {name for values in readings for name in values} == names
    assert {name for values in readings for name in values if values[name] is not None} == names


@each_recording
def test_what_it_names_is_there(file):
    state = fold(_read(file).events)
    assert state.lesson == LESSONS[file.stem].id
    named = {node for edge in state.edges for node in edge}
    named |= {hop.node for trace in state.traces for hop in trace.hops}
    assert named <= set(state.nodes), "somebody is asked who was never declared"
    assert not state.running, "a trigger never ended"


@each_recording
def test_in_two_halves_it_is_the_same_run(file):
    events = _read(file).events
    whole, middle = fold(events), len(events) // 2
    assert fold(events) == whole
    assert fold(events[middle:], fold(events[:middle])) == whole


@each_recording
def test_it_can_be_replayed(file, capsys):
    assert main(["replay", str(file)]) == 0
    told = capsys.readouterr().out
    assert "lab is closed" in told
    assert main(["replay", "--json", str(file)]) == 0
    assert capsys.readouterr().out.count("\n") == len(_read(file).events)


@each_recording
def test_telling_it_more_briefly_changes_no_sum(file):
    """What made the recording small, held to it once more."""
    events = _read(file).events
    brief = thinned(events, seconds=20)
    assert len(brief) <= len(events)
    before, after = fold(events), fold(brief)
    flowed = {key: (edge.requests, edge.errors) for key, edge in before.edges.items()}
    assert {key: (edge.requests, edge.errors) for key, edge in after.edges.items()} == flowed
    assert after.nodes.keys() == before.nodes.keys()
    assert after.observed.keys() == before.observed.keys()
