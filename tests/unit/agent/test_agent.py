"""A whole agent as the course starts it: embedded, over its two streams."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.errors import LessonError, SandboxLost
from course.model.event import LabStopped, NodeChanged, Note, TriggerDone
from course.model.lesson import Lesson, Needs
from course.model.state import fold
from course.runs.labs import RunningLab, open_lab
from course.sandbox.choice import Chooser
from lab.wait import until

LESSON = """
import sys
from lab import Lab

lab = Lab()

@lab.setup
def start():
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    lab.process("sleeper", sleep, role="worker", tier=1)

@lab.trigger
def add(a=1, b=2):
    print("adding")
    return a + b

@lab.trigger
def fall():
    return 1 / 0

@lab.trigger
def strange():
    return {1, 2}

@lab.gauge
def seven():
    return 7

@lab.experiment
def coin():
    return lab.observed("heads" if lab.random.random() < 2 else "tails", seed=lab.seed)
"""


def lesson_in(folder: Path, code: str = LESSON) -> Lesson:
    (folder / "lesson.py").write_text(code)
    return Lesson("tiny", 1, "Tiny", "", (), 1, (), Needs(), folder, (), (), (), (), ())


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunningLab]:
    opened = open_lab(lesson_in(tmp_path), Chooser("embedded"), seed=5)
    yield opened
    opened.close()


def alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def sleeper(lab: RunningLab) -> int:
    pid = lab.state().nodes["sleeper"].pid
    assert pid is not None
    return pid


def test_a_trigger_returns_its_value_and_leaves_its_events(lab):
    assert lab.fire("add", {"b": 5}) == 6
    done = [e for e in lab.events() if isinstance(e, TriggerDone)]
    assert [(e.trigger, e.value, e.error) for e in done] == [("add", 6, "")]


def test_a_trigger_that_raises_names_the_line_and_the_lab_goes_on(lab):
    with pytest.raises(LessonError, match="ZeroDivisionError") as caught:
        lab.fire("fall")
    assert caught.value.evidence == "lesson.py:19"
    assert lab.fire("add") == 3


def test_a_value_that_is_no_json_is_the_lessons_fault(lab):
    with pytest.raises(LessonError, match="not JSON serializable"):
        lab.fire("strange")


def test_an_unknown_trigger_or_parameter_names_what_there_is(lab):
    with pytest.raises(LessonError, match="there are: add, fall, strange"):
        lab.fire("jump")
    with pytest.raises(LessonError, match="unexpected keyword"):
        lab.fire("add", {"c": 1})


def test_an_experiment_answers_with_choice_and_facts(lab):
    assert lab.observe("coin") == ("heads", {"seed": 5})


def test_gauges_arrive_and_the_state_is_the_fold_of_the_log(lab):
    until(lambda: lab.state().gauge("seven") == 7, 5, "a reading")
    lab.close()
    assert fold(lab.events()) == lab.state()
    assert isinstance(lab.events()[-1], LabStopped)


def test_events_are_numbered_from_one_without_gaps(lab):
    lab.fire("add")
    lab.close()
    assert [event.seq for event in lab.events()] == list(range(1, len(lab.events()) + 1))
    assert lab.events(after=3)[0].seq == 4


def test_closing_leaves_no_process_and_no_folder(lab):
    pid = sleeper(lab)
    lab.close()
    until(lambda: not alive(pid), 3, "the worker's end")
    with pytest.raises(SandboxLost):
        lab.fire("add")


def test_a_lesson_that_does_not_load_is_a_message_with_its_line(tmp_path):
    with pytest.raises(LessonError, match="SyntaxError") as caught:
        open_lab(lesson_in(tmp_path, "from lab import Lab\nlab = = Lab()\n"), Chooser("embedded"))
    assert caught.value.evidence == "lesson.py:2"


def test_a_lesson_without_a_lab_says_what_is_missing(tmp_path):
    with pytest.raises(LessonError, match="has no `lab = Lab\\(\\)`"):
        open_lab(lesson_in(tmp_path, "x = 1\n"), Chooser("embedded"))


def test_a_killed_agent_takes_its_children_along_and_is_reported(lab):
    pid = sleeper(lab)
    agent = lab._session._box.pid
    os.kill(agent, signal.SIGKILL)
    until(lambda: not alive(pid), 5, "the worker's end")
    with pytest.raises(SandboxLost):
        lab.fire("add")


def test_killing_the_course_ends_the_lab(tmp_path):
    lesson_in(tmp_path)
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from course.model.lesson import Lesson, Needs\n"
        "from course.runs.labs import open_lab\n"
        "from course.sandbox.choice import Chooser\n"
        "folder = Path(sys.argv[1])\n"
        "lesson = Lesson('t', 1, '', '', (), 1, (), Needs(), folder, (), (), (), (), ())\n"
        "lab = open_lab(lesson, Chooser('embedded'))\n"
        "print(lab._session._box.pid, lab.state().nodes['sleeper'].pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    app = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "TMPDIR": str(tmp_path)},
    )
    assert app.stdout is not None
    pids = [int(word) for word in app.stdout.readline().split()]
    app.kill()
    app.wait(5)
    app.stdout.close()
    until(lambda: not any(alive(pid) for pid in pids), 5, "the end of agent and worker")
    until(lambda: not list(tmp_path.glob("course-*")), 5, "the scratch folder's end")


def test_prints_of_a_lesson_go_to_the_log(lab):
    lab.fire("add")
    until(lambda: any("adding" in str(e) for e in lab.events()), 3, "the printed line")
    assert not [e for e in lab.events() if isinstance(e, Note)]
    assert [e for e in lab.events() if isinstance(e, NodeChanged)]
