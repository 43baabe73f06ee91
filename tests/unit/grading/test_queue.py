"""Two workers on one broker, one of them killed: every grade is there, and none twice."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from course.errors import UsageError
from course.runs.grading.queue import connect
from lab import programs
from tests.fixture_course import FIXTURES
from tests.unit.mongo.servers import free_ports, until

ROOT = Path(__file__).parents[3]
CLASS = 12
RIGHT = (FIXTURES / "01-counting/exercises/add/solution.py").read_text(encoding="utf-8")

pytest.importorskip("dramatiq")


@pytest.fixture
def broker(tmp_path):
    """A Redis of our own on loopback; its address."""
    (port,) = free_ports(1)
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen([*programs.redis().argv, *words], stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    until(lambda: answers(url), "the broker answers")
    yield url
    server.terminate()
    server.wait()


def answers(url: str) -> bool:
    with contextlib.suppress(UsageError):
        broker, client = connect(url)
        client.close()
        broker.client.close()
        return True
    return False


@pytest.fixture
def course(tmp_path):
    """Start `course …` with a home of its own; what still runs at the end is killed."""
    with contextlib.ExitStack() as running:

        def start(*words: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "course",
                    "--course",
                    str(FIXTURES),
                    "--trust-course",
                    *words,
                ],
                cwd=ROOT,
                env={**os.environ, "COURSE_HOME": str(tmp_path / "home")},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            running.enter_context(process)
            running.callback(kill, process)
            return process

        yield start


def kill(process: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def submissions(tmp_path):
    """A class whose code takes its time."""
    folder = tmp_path / "class"
    for number in range(CLASS):
        place = folder / f"learner-{number:02}"
        place.mkdir(parents=True)
        text = f"import time\ntime.sleep(0.3)  # {number}\n{RIGHT}"
        (place / "add.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_two_workers_one_killed_complete_and_no_duplicates(broker, course, submissions, tmp_path):
    trusting = ("--broker", broker, "--jobs", "1", "--sandbox", "embedded", "--trust-submissions")
    workers = [course("worker", *trusting) for _ in range(2)]
    batch = course(
        "grade", str(submissions), "--exercise", "counting/add", "--broker", broker,
        "--format", "jsonl", "--work", str(tmp_path / "work"), "--seed", "1",
    )  # fmt: skip
    for _ in range(3):
        assert "passed" in batch.stderr.readline()
    kill(workers[0])
    report, told = batch.communicate(timeout=150)
    assert batch.returncode == 0, told
    grades = [json.loads(line) for line in report.splitlines()]
    assert [grade["learner"] for grade in grades] == [f"learner-{n:02}" for n in range(CLASS)]
    assert {grade["outcome"] for grade in grades} == {"passed"}
    assert {grade["isolation"] for grade in grades} == {"none"}
    book = (tmp_path / "work" / "grades.jsonl").read_text().splitlines()
    tasks = [json.loads(line)["task"] for line in book[1:]]
    assert len(tasks) == len(set(tasks)) == CLASS
    os.kill(workers[1].pid, signal.SIGTERM)
    _, said = workers[1].communicate(timeout=30)
    assert workers[1].returncode == 0, said


def test_without_a_broker_there_it_says_so():
    (port,) = free_ports(1)
    with pytest.raises(UsageError, match="no broker"):
        connect(f"redis://127.0.0.1:{port}")
    with pytest.raises(UsageError, match="no broker"):
        connect("nonsense")
