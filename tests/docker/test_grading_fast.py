"""One container, one submission after the other: nothing crosses from one to the next."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.runs.grading.fast import Box, FastSandboxes
from course.runs.labs import as_file
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
EXERCISE = honest_exercise()
FIRST = 20_001


@pytest.fixture(scope="module")
def chooser(image):
    assert image
    return Chooser("docker")


@pytest.fixture
def box(chooser):
    with contextlib.closing(chooser.open_for_batch(EXERCISE)) as session:
        yield Box(session)


def run(box: Box, file: str, function: str):
    """What a function of a submission returns."""
    files = [as_file("answer.py", (HERE / file).read_bytes())]
    box.session.request(
        "submit", seconds=10, files=files, entry="answer.py", limit=5.0, memory_mb=256
    )
    answer = box.session.request(
        "call", seconds=10, function=function, args=[], kwargs={}, nonce="1"
    )
    assert "value" in answer, answer
    return answer["value"]


def test_what_is_left_is_found_while_nobody_has_cleaned_up(box):
    """The seeker can see: otherwise the next test would prove nothing."""
    seeker = as_file("seeker.py", (HERE / "seeker.py").read_bytes())
    leaver = (HERE / "leaver.py").read_bytes() + b"\nfrom seeker import seek\n"
    files = [as_file("answer.py", leaver), seeker]
    box.session.request(
        "submit", seconds=10, files=files, entry="answer.py", limit=5.0, memory_mb=256
    )
    for function in ("leave", "seek"):
        answer = box.session.request(
            "call", seconds=10, function=function, args=[], kwargs={}, nonce="1"
        )
    told = answer["value"]
    assert told["shared"] == told["found"] == ["shm", "sem", "msg"]


def test_nothing_crosses_from_one_submission_to_the_next(box):
    left = run(box, "leaver.py", "leave")
    assert left["daemon"]
    assert left["shared"] == [True, True, True]
    assert {"/tmp", "/dev/shm"} <= set(left["files"])
    box.renew()
    assert box.is_good
    assert run(box, "seeker.py", "seek") == {
        "uid": FIRST + 1,
        "files": [],
        "processes": [],
        "shared": [],
        "found": [],
        "abstract": [],
        "listening": False,
    }


@pytest.mark.parametrize("ending", ["restart", "ping", "output"])
def test_however_the_last_one_ended_the_next_one_has_its_files(box, ending):
    for _ in range(2):
        assert run(box, "seeker.py", "listening") is False
        box.session.request(ending, seconds=10)
        box.renew()
        assert box.is_good


def test_what_the_last_one_printed_late_is_not_the_next_ones(box):
    files = [as_file("answer.py", b"import os\ndef f():\n os.write(1, b'x' * 60000)\n")]
    for content in (files, [as_file("answer.py", b"def f(): pass\n")]):
        box.session.request(
            "submit", seconds=10, files=content, entry="answer.py", limit=5.0, memory_mb=256
        )
        box.session.request("call", seconds=10, function="f", args=[], kwargs={}, nonce="1")
        printed = box.session.request("output", seconds=10)["text"]
        box.renew()
    assert printed == ""


def test_a_box_that_is_lost_is_replaced(chooser):
    sandboxes = FastSandboxes(chooser)
    judge = PytestJudge()
    checks = Checks(sandboxes, judge, ahead=False)
    try:
        assert checks.check(EXERCISE, EXERCISE.solution).outcome == "passed"
        (first,) = sandboxes._boxes.values()
        first.session.close()
        assert checks.check(EXERCISE, EXERCISE.solution).outcome == "passed"
        assert list(sandboxes._boxes.values()) != [first]
    finally:
        checks.close()
        sandboxes.close()
        judge.close()
    assert chooser.left_over() == []


def test_exercises_with_servers_get_a_container_of_their_own(chooser, tmp_path):
    rig = tmp_path / "rig.py"
    rig.write_text("")
    with contextlib.closing(
        FastSandboxes(chooser).open_for_check(replace(EXERCISE, rig=rig))
    ) as session:
        assert session.kind == "docker"
