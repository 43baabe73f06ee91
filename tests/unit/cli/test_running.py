"""Labs and checks for real, in the embedded sandbox."""

import shutil

import pytest

from course.storage.recordings import read_recording
from tests.fixture_course import FIXTURES

ADD = FIXTURES / "01-counting" / "exercises" / "add"


def test_run_fires_in_order_and_prints_the_event_log(course):
    ran = course(
        "run", "01", "--do", "bump:by=2,label=a b", "--observe", "twice", "--seed", "7", "--json"
    )
    assert ran.code == 0, ran.err
    events = ran.events
    assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[0]["seed"]) == ("lab_started", 7)
    done = [one for one in events if one["kind"] in ("trigger_done", "experiment_done")]
    assert done[0]["value"] == {"count": 2, "label": "a b"}
    assert (done[1]["experiment"], done[1]["choice"]) == ("twice", "two")
    assert events[-1]["kind"] == "lab_stopped"


def test_run_tells_people_what_happens_in_lines(course):
    ran = course("run", "counting", "--do", "bump", "--stay", "0.6")
    assert ran.code == 0, ran.err
    assert "counter is up: holds 0" in ran.out
    assert 'bump done in 0.00 s: {"count": 1, "label": "plain"}' in ran.out
    assert "gauges: count 1" in ran.out.splitlines()[-1]


def test_a_trigger_that_raises_ends_the_run_with_1_and_the_lesson_line(course):
    ran = course("run", "01", "--do", "break_it", "--do", "bump", "--json")
    assert ran.code == 1
    assert "lesson.py:" in ran.err
    assert [one["trigger"] for one in ran.events if one["kind"] == "trigger_done"] == ["break_it"]
    assert ran.events[-1]["kind"] == "lab_stopped"


def test_a_lesson_that_does_not_start_is_its_authors_fault(course, tmp_path):
    shutil.copytree(FIXTURES, tmp_path / "lessons")
    lesson = tmp_path / "lessons" / "01-counting" / "lesson.py"
    lesson.write_text(lesson.read_text().replace('lab.node("counter"', 'lab.nod("counter"'))
    ran = course("run", "01", "--do", "bump", at=tmp_path / "lessons")
    assert ran.code == 2
    assert "lesson.py:" in ran.err


def test_a_recorded_run_replays_as_it_was(course, tmp_path):
    path = tmp_path / "run.jsonl"
    ran = course("run", "01", "--do", "bump", "--json", "--record", str(path))
    assert path.read_text() == ran.out
    assert len(read_recording(path).events) == len(ran.events)
    assert course("replay", str(path), "--json").out == ran.out
    assert "bump done" in course("replay", str(path)).out


def test_a_recording_that_was_cut_is_replayed_and_said_to_be_cut(course, tmp_path):
    path = tmp_path / "run.jsonl"
    course("run", "01", "--record", str(path))
    path.write_bytes(path.read_bytes()[:-5])
    ran = course("replay", str(path))
    assert ran.code == 0
    assert "last line is left out" in ran.err


def test_check_json_is_the_documented_object(course):
    ran = course("check", "01/add", "--json")
    assert ran.code == 1
    verdict = ran.json
    assert (verdict["exercise"], verdict["outcome"]) == ("counting/add", "failed")
    assert verdict["why"]
    test = verdict["tests"][0]
    assert (test["name"], test["outcome"]) == ("test_sum_of_some", "failed")
    assert test["title"] == "The sum of a few numbers."
    assert test["hint"] == "Start from zero and go through the list."
    assert "five numbers added up to" in test["message"]
    assert isinstance(test["seconds"], float)


def test_after_a_pass_the_lesson_says_done_and_the_solution_is_shown(course):
    path = course("open", "01", "--json").json["file"]
    shutil.copy(ADD / "solution.py", path)
    ran = course("check", "01")
    assert ran.code == 0, ran.out + ran.err
    assert "counting/add: passed." in ran.out
    assert course("list", "--json").json["lessons"][0]["exercises"][0]["state"] == "done"
    assert "sum(numbers)" in course("solution", "01").out


@pytest.mark.parametrize(("file", "code"), [("solution.py", 0), ("mutant_len.py", 1)])
def test_any_file_can_be_checked_and_is_not_remembered(course, file, code):
    assert course("check", "01", "--file", str(ADD / file)).code == code
    assert course("list", "--json").json["lessons"][0]["exercises"][0]["attempts"] == 0


def test_a_prediction_is_shown_beside_the_truth_and_remembered(course):
    ran = course("run", "01", "--predict", "twice=one")
    assert ran.code == 0, ran.err
    assert "You said: One more than before" in ran.out
    assert "It came out: Two more than before" in ran.out
    assert "A second bump is not the first one again." in ran.out
    assert "Why: Each bump adds one" in ran.out
    assert "You were right." in course("run", "01", "--predict", "twice=two").out


@pytest.mark.parametrize("text", ["twice", "twice=three", "bump=one", "=one"])
def test_a_prediction_that_names_nothing_opens_no_lab(course, text):
    ran = course("run", "01", "--predict", text)
    assert (ran.code, ran.out) == (2, "")
