"""In the fast mode a submission cannot work for those after it, however it hides."""

import contextlib
from pathlib import Path

import pytest

from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.runs.grading.fast import Box, FastSandboxes
from course.runs.labs import as_file
from course.sandbox.choice import Chooser
from tests.docker.test_grading_fast import run as run_file
from tests.security.attack import honest_exercise
from tests.unit.runner import hider

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
EXERCISE = honest_exercise()
PORT = 4712
MB = 1 << 20


@pytest.fixture(scope="module")
def chooser(image):
    assert image
    return Chooser("docker")


@pytest.fixture(scope="module")
def box(chooser):
    with contextlib.closing(chooser.open_for_batch(EXERCISE)) as session:
        yield Box(session)


def submit(box: Box) -> None:
    files = [
        as_file("answer.py", (HERE / "accomplice.py").read_bytes()),
        as_file("hider.py", Path(hider.__file__).read_bytes()),
    ]
    box.session.request(
        "submit", seconds=10, files=files, entry="answer.py", limit=20.0, memory_mb=256
    )


def call(box: Box, function: str, *args):
    answer = box.session.request(
        "call", seconds=30, function=function, args=list(args), kwargs={}, nonce="1"
    )
    assert "value" in answer, answer
    return answer["value"]


@pytest.mark.parametrize("way", [*hider.WAYS])
def test_whoever_stays_for_the_next_one_is_gone(box, way):
    submit(box)
    assert call(box, "stay", way, PORT)
    assert way == "stopped" or call(box, "ask", PORT) == [[2], [2]]
    box.renew()
    assert box.is_good
    submit(box)
    assert call(box, "ask", PORT) == []
    assert run_file(box, "seeker.py", "seek")["processes"] == []
    box.renew()
    assert box.is_good


def test_the_names_of_the_next_folders_cannot_be_taken_seen_or_guessed(box):
    submit(box)
    assert call(box, "squat") == []
    assert call(box, "watch") == []
    first = call(box, "open_up")
    box.renew()
    assert box.is_good
    submit(box)
    second = call(box, "open_up")
    assert call(box, "peep", first) == "FileNotFoundError"
    assert Path(first).parent == Path(second).parent == Path("/learners")
    assert first != second
    assert len(bytes.fromhex(Path(second).name)) == 16
    box.renew()
    assert box.is_good


def test_what_is_left_in_guessed_places_is_erased_and_the_next_one_passes(chooser):
    sandboxes = FastSandboxes(chooser)
    judge = PytestJudge()
    checks = Checks(sandboxes, judge, ahead=False)
    files = {
        "answer.py": (HERE / "accomplice.py").read_bytes()
        + b"\nstay('in_a_thread_of_a_dead_leader', 4713); squat(); hoard(); flood('sem')\n",
        "hider.py": Path(hider.__file__).read_bytes(),
    }
    try:
        for _ in range(2):
            assert checks.check(EXERCISE, files).outcome == "failed"
            assert checks.check(EXERCISE, EXERCISE.starter).outcome == "failed"
            assert checks.check(EXERCISE, EXERCISE.solution).outcome == "passed"
    finally:
        checks.close()
        sandboxes.close()
        judge.close()


def test_system_v_objects_are_few_and_their_memory_goes_with_its_last_user(box):
    submit(box)
    assert call(box, "hoard") <= 4 * MB
    assert call(box, "flood", "sem") <= 8
    assert call(box, "flood", "msg") <= 8
    box.session.request("restart", seconds=10)
    assert call(box, "hoard") > 0
    box.renew()
    assert box.is_good


def test_the_group_of_the_container_is_not_told(box):
    submit(box)
    assert "docker" not in call(box, "groups")
    box.renew()
