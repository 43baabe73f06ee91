"""Odd places to run in: it works there, or says why not, and never with a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[2]
NEEDED = ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
UNREADABLE = "/proc/1/no-such-home"


@pytest.fixture
def course(tmp_path):
    """Run a command with nothing but these variables, without a terminal."""

    def run(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "course", "--course", str(FIXTURES), "--trust-course", *words],
            cwd=ROOT, env={**environment, **variables}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip

    return run


def solved(folder: Path) -> str:
    """A right answer, as a learner would hand it in."""
    file = folder / "add.py"
    file.write_bytes((FIXTURES / "01-counting/exercises/add/solution.py").read_bytes())
    return str(file)


@pytest.mark.parametrize("name", ["two words", "emoji ☂🐙", "quote'\"s", "-dash", "tab\there"])
def test_a_home_of_any_name_is_used(course, tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    listed = course("list", "--json", HOME=str(home), LC_ALL="C")
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout)["lessons"]


@pytest.mark.parametrize("locale", ["C", "no_such.locale"])
def test_a_check_works_in_any_locale(course, tmp_path, locale):
    file = solved(tmp_path)
    checked = course(
        "--sandbox", "embedded", "check", "counting/add", "--file", file, "--json",
        HOME=str(tmp_path), LC_ALL=locale, LANG=locale, PYTHONUTF8="0",
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["outcome"] == "passed"


def test_without_a_home_it_works_or_says_why(course):
    listed = course("list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout)["lessons"]


@pytest.mark.parametrize("words", [("list",), ("next",), ("open", "counting/add")])
def test_a_home_that_cannot_be_written_is_a_sentence(course, words):
    told = course(*words, HOME=UNREADABLE, COURSE_HOME=f"{UNREADABLE}/x")
    assert "Traceback" not in told.stderr
    assert told.returncode in {0, 2}
    assert told.returncode == 0 or "COURSE_HOME" in told.stderr


def test_without_a_terminal_the_screen_is_refused_and_the_rest_works(course, tmp_path):
    screen = course(HOME=str(tmp_path), TERM="dumb")
    assert "Traceback" not in screen.stderr
    assert screen.returncode in {0, 2}
    narrow = course("list", HOME=str(tmp_path), COLUMNS="20", LINES="5", NO_COLOR="1")
    assert narrow.returncode == 0
    assert "\x1b" not in narrow.stdout
