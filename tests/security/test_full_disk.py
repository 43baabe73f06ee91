"""A disk that is full in the middle: a sentence, no torn file, and it goes on afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.storage.progress import ProgressStore
from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[2]
# No file may become larger than this, for the program and whatever it starts.
LIMITED = (
    "import os, resource, sys\n"
    "room = int(sys.argv[1])\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])\n"
)
FILLS = """
import sys
from pathlib import Path
from course.storage.progress import ProgressStore
store = ProgressStore(Path(sys.argv[1]))
kept = 0
while not store.notices:
    store.move(f"lesson-{kept}-{'x' * 200}", kept, is_last=False)
    kept += 1
assert len(store.lessons()) == kept  # the last one, which did not fit, is in memory
store.close()
print(kept - 1, *store.notices)
"""
CLASS = 5
RIGHT = (FIXTURES / "01-counting/exercises/add/solution.py").read_text(encoding="utf-8")


def limited(room: int, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(room), *words],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


PLENTY, TOO_LITTLE = 1 << 30, 5_000


@pytest.fixture(scope="module")
def grade(tmp_path_factory):
    """Grade a class with so much room for each file."""
    place = tmp_path_factory.mktemp("full")
    (place / "class").mkdir()
    for number in range(CLASS):
        (place / "class" / f"learner-{number}.py").write_text(f"# {number}\n{RIGHT}")

    def run(room: int, work: Path, *options: str) -> "subprocess.CompletedProcess[str]":
        words = [
            "-m",
            "course",
            "--course",
            str(FIXTURES),
            "--trust-course",
            "--sandbox",
            "embedded",
            "grade",
        ]
        words += [str(place / "class"), "--exercise", "counting/add", "--trust-submissions"]
        words += ["--seed", "1", "--jobs", "1", "--format", "jsonl", "--work", str(work), *options]
        return limited(room, *words, COURSE_HOME=str(place / "home"))

    return run


@pytest.fixture(scope="module")
def done(grade, tmp_path_factory):
    """A batch to which nothing happened: its folder and its report."""
    work = tmp_path_factory.mktemp("done")
    ran = grade(PLENTY, work)
    assert ran.returncode == 0, ran.stderr
    return work, ran.stdout


def test_a_batch_that_meets_a_full_disk_goes_on_when_there_is_room(grade, done, tmp_path):
    stopped = grade(TOO_LITTLE, tmp_path)
    assert stopped.returncode not in {0, 1}
    assert "grades.jsonl cannot be written" in " ".join(stopped.stderr.split())
    assert "--resume" in stopped.stderr
    book = (tmp_path / "grades.jsonl").read_bytes()
    assert book.endswith(b"\n")
    assert 1 < book.count(b"\n") < CLASS + 1
    resumed = grade(PLENTY, tmp_path, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == done[1]


def test_a_report_that_does_not_fit_leaves_the_old_one(grade, done, tmp_path):
    report = tmp_path / "report.json"
    report.write_text("the old one")
    stopped = grade(TOO_LITTLE, done[0], "--resume", "--output", str(report))
    assert stopped.returncode not in {0, 1}
    assert "report.json cannot be written" in " ".join(stopped.stderr.split())
    assert report.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert grade(PLENTY, done[0], "--resume", "--output", str(report)).returncode == 0
    assert report.read_text() == done[1]


def test_a_receipt_that_does_not_fit_leaves_the_old_one(grade, done):
    receipts = done[0] / "receipts"
    before = {path.name: path.read_bytes() for path in receipts.iterdir()}
    assert len(before) == CLASS
    assert grade(1_000, done[0], "--resume").returncode not in {0, 1}
    assert {path.name: path.read_bytes() for path in receipts.iterdir()} == before


def test_progress_that_cannot_be_kept_is_a_sentence_and_what_was_kept_stays(tmp_path):
    file = tmp_path / "progress.db"
    told = limited(100_000, "-c", FILLS, str(file))
    assert told.returncode == 0, told.stderr
    kept, _, summary = told.stdout.partition(" ")
    assert int(kept) > 20
    assert "What you do is kept" in summary
    assert "1 change of your progress could not be saved" in summary
    store = ProgressStore(file)
    assert store.notices == ()
    assert len(store.lessons()) == int(kept)
    store.move("one-more", 1, is_last=False)
    store.close()
