import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import StorageError
from course.model.codec import encode
from course.model.event import Event, LabStarted, Note
from course.model.state import LabState, fold
from course.storage.recordings import Recorder, RecordingFolder, read_recording
from tests.generated_events import logs

STARTED = LabStarted(seq=1, t=0.0, lesson="counting", seed=1)
LINES = [STARTED, Note(seq=2, t=0.5, text="a"), Note(seq=3, t=0.5, text="b")]


def _write(path, events) -> None:
    with Recorder(path) as recorder:
        for event in events:
            recorder.write(event)


@given(log=logs(), seed=st.integers(0, 2**31))
def test_folding_a_recording_gives_the_state_that_was_live(
    log: list[Event], seed, tmp_path_factory
):
    path = tmp_path_factory.mktemp("recording") / "run.jsonl"
    log = [LabStarted(seq=1, t=0.0, lesson="x", seed=seed), *log[1:]]
    live = LabState()
    with Recorder(path) as recorder:
        for event in log:
            recorder.write(event)
            live = fold([event], live)  # as it comes, one by one
    read = read_recording(path)
    assert read.events == tuple(log)
    assert fold(read.events) == live


def test_a_recording_is_readable_while_it_is_written(tmp_path):
    path = tmp_path / "run.jsonl"
    with Recorder(path) as recorder:
        for at, event in enumerate(LINES, start=1):
            recorder.write(event)
            assert len(read_recording(path).events) == at


def test_a_run_that_was_killed_in_mid_line_is_readable_up_to_there(tmp_path):
    path = tmp_path / "run.jsonl"
    _write(path, LINES)
    path.write_bytes(path.read_bytes()[:-9])
    recording = read_recording(path)
    assert recording.is_cut
    assert list(recording.events) == LINES[:2]


def _line(event: Event, **change: object) -> str:
    return json.dumps(encode(event) | change)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("lines", "number", "why"),
    [
        ([_line(STARTED), "{"], 2, "Expecting"),
        ([_line(STARTED), "[]"], 2, "not a JSON object"),
        ([_line(STARTED), ""], 2, "Expecting"),
        ([_line(STARTED), "[" * 100_000], 2, "nested too deep"),
        ([_line(STARTED), _line(LINES[1], seq=3)], 2, "seq 3 where 2 comes next"),
        ([_line(STARTED), _line(LINES[1]), _line(LINES[2], t=0.1)], 3, "before that of the line"),
        ([_line(STARTED, kind="begin")], 1, "no event of kind 'begin'"),
        ([_line(STARTED, lessn="x")], 1, "no field 'lessn'"),
        ([_line(LINES[1], seq=1)], 1, "begins with lab_started"),
        ([_line(STARTED)[:-1] + ', "seq": 1}'], 1, "a key is there twice"),
        ([_line(STARTED).replace("0.0", "NaN")], 1, "NaN is not a JSON number"),
        ([_line(STARTED), "x" * (1 << 21)], 2, "longer than"),
    ],
)
def test_what_is_not_a_recording_is_refused_by_line(tmp_path, lines, number, why):
    path = tmp_path / "run.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(StorageError) as raised:
        read_recording(path)
    assert f"run.jsonl:{number} " in raised.value.summary
    assert why in raised.value.evidence


@given(junk=st.binary(max_size=300))
def test_no_bytes_crash_the_reader(junk, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "junk.jsonl"
    path.write_bytes(_line(STARTED).encode() + b"\n" + junk)
    try:
        assert read_recording(path).events[0] == STARTED
    except StorageError as refused:
        assert refused.evidence or refused.summary  # noqa: PT017 - either way is fine, a crash is not


def test_an_existing_file_is_not_overwritten(tmp_path):
    (tmp_path / "run.jsonl").write_text("precious")
    with pytest.raises(StorageError, match="already there"):
        Recorder(tmp_path / "run.jsonl")


def test_a_missing_or_empty_file_is_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="cannot be read"):
        read_recording(tmp_path / "none")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(StorageError, match="holds no events"):
        read_recording(tmp_path / "empty")


def test_a_folder_keeps_each_lab_in_a_file_of_its_own(tmp_path):
    folder = RecordingFolder(tmp_path / "made" / "here")
    first, second = folder.begin("02-clustering"), folder.begin("02-clustering")
    first(LINES[0])
    second(LINES[0])
    first(LINES[1])
    folder.close()
    kept = sorted((tmp_path / "made" / "here").iterdir())
    assert [path.name for path in kept] == ["02-clustering.2.jsonl", "02-clustering.jsonl"]
    assert [len(read_recording(path).events) for path in kept] == [1, 2]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        RecordingFolder(tmp_path / "taken" / "here")
