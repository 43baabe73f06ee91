"""Somebody else's course runs here once its user has said so, and not before."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.cli.consent import Consent
from course.cli.main import main
from course.storage.trust import TrustedCourses
from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[3]
RUNNING = [
    ["check", "counting/add"],
    ["run", "counting"],
    ["verify", "counting", "--quick"],
    ["grade", "counting", "--exercise", "counting/add", "--trust-submissions"],
    ["worker", "--broker", "redis://127.0.0.1:1"],
]
READING = [["list"], ["next"], ["read", "counting"], ["open", "counting/add"], ["doctor"]]


@pytest.fixture
def place(tmp_path, home, monkeypatch) -> Path:
    """A course of somebody else, and a submission to grade."""
    folder = tmp_path / "theirs"
    shutil.copytree(FIXTURES, folder)
    (tmp_path / "counting").mkdir()
    (tmp_path / "counting" / "add.py").write_text("def add(numbers): return sum(numbers)")
    monkeypatch.chdir(tmp_path)
    return folder


def ask(capsys, place: Path, *words: str) -> tuple[int, str, str]:
    code = main(["--course", str(place), "--sandbox", "embedded", *words])
    told = capsys.readouterr()
    return code, told.out, " ".join(told.err.split())


@pytest.mark.parametrize("words", RUNNING, ids=lambda words: words[0])
@pytest.mark.parametrize("json", [[], ["--json"]])
def test_what_would_run_it_is_refused_with_the_flag_that_allows_it(capsys, place, words, json):
    code, out, err = ask(capsys, place, *words, *json)
    assert (code, out) == (2, "")
    assert "with your rights" in err
    assert "--trust-course says yes" in err


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_what_only_reads_it_asks_nothing(capsys, place, words):
    code, _out, err = ask(capsys, place, *words)
    assert code in {0, 1}
    assert "rights on this computer" not in err


def test_a_yes_is_remembered_until_the_code_changes(capsys, place):
    assert ask(capsys, place, "--trust-course", "check", "counting/add")[0] == 1
    assert ask(capsys, place, "check", "counting/add")[0] == 1
    text = place / "01-counting" / "lesson.md"
    text.write_text(text.read_text() + "\nMore to read.\n")
    assert ask(capsys, place, "check", "counting/add")[0] == 1
    tests = place / "01-counting" / "exercises" / "add" / "test_add.py"
    tests.write_text(tests.read_text() + "\nimport os\n")
    code, _out, err = ask(capsys, place, "check", "counting/add")
    assert code == 2
    assert "has changed since" in err


def test_the_same_course_elsewhere_is_asked_about_again(capsys, place, tmp_path):
    assert ask(capsys, place, "--trust-course", "check", "counting/add")[0] == 1
    shutil.copytree(place, tmp_path / "copy")
    assert ask(capsys, tmp_path / "copy", "check", "counting/add")[0] == 2
    (tmp_path / "link").symlink_to(place)
    assert ask(capsys, tmp_path / "link", "check", "counting/add")[0] == 1


def test_the_courses_own_lessons_ask_nothing(capsys, home):
    assert main(["--sandbox", "embedded", "check", "scaling/fit"]) == 1
    assert "rights on this computer" not in capsys.readouterr().err


def test_a_course_that_is_begun_here_is_ones_own(capsys, home, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    assert ask(capsys, folder, "new", "lesson", "back-pressure")[0] == 0
    tests = next(folder.glob("*/exercises/*/test_*.py"))
    tests.write_text(tests.read_text() + "\n# changed\n")
    assert ask(capsys, folder, "check", "back-pressure/retry")[0] == 1


def test_a_new_lesson_in_somebody_elses_course_says_nothing_about_theirs(capsys, place):
    assert ask(capsys, place, "new", "lesson", "back-pressure")[0] == 0
    assert ask(capsys, place, "check", "counting/add")[0] == 2


def test_a_file_of_answers_that_is_damaged_holds_none(capsys, place, home):
    home.mkdir()
    (home / "trusted.json").write_bytes(b'{"courses": ["\x00')
    assert ask(capsys, place, "check", "counting/add")[0] == 2
    assert ask(capsys, place, "--trust-course", "check", "counting/add")[0] == 1


def test_a_yes_on_the_screen_is_remembered_at_once(place, home):
    trusted = TrustedCourses(home / "trusted.json")
    for is_given in (False, True):  # the second is another start
        consent = Consent(place, trusted, is_given=False, may_ask=True)
        consent.is_on_screen = True
        assert consent.is_given is is_given
        consent.give()
        consent.require()


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 2), (b"\n", 2), (b"y\n", 1)])
def test_somebody_at_a_terminal_is_asked(place, home, answer, code):
    master, slave = pty.openpty()
    words = ["--course", str(place), "--sandbox", "embedded", "check", "counting/add"]
    program = subprocess.Popen(
        [sys.executable, "-c", "from course.cli.main import entry; entry()", *words],
        stdin=slave, stdout=slave, stderr=slave,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    written = b""
    until = time.monotonic() + 60
    while program.poll() is None and time.monotonic() < until:
        if select.select([master], [], [], 0.2)[0]:
            try:
                written += os.read(master, 65536)
            except OSError:
                break
        if answer and b"[y/N]" in written:
            os.write(master, answer)
            answer = b""
    os.close(master)
    assert program.wait(30) == code
    assert b"with your rights" in b" ".join(written.split())
