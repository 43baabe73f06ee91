"""Lists and texts come from an index, and an index that is of no use is no error."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from course.content.origin import COARSE, FINE, SECOND, is_settled
from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[3]
SLOW = ("dataclasses", "docker", "inspect", "logging", "platformdirs", "rich", "textual", "tomllib")
COMMANDS = [("--version",), ("list",), ("next",), ("read", "counting")]


@pytest.fixture
def lessons(tmp_path):
    """A copy of the fixture course that was last changed long ago."""
    place = Path(shutil.copytree(FIXTURES, tmp_path / "lessons"))
    for path in (place, *place.rglob("*")):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return place


@pytest.fixture
def shown(course, lessons):
    """Runs a command over it, and returns what the person read."""

    def run(*words: str) -> str:
        ran = course(*words, at=lessons)
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    return run


@pytest.fixture
def kept(home, shown):
    """The index, which a first list has made."""
    shown("list")
    shown("read", "counting")
    return next((home / "cache").glob("*/index.json"))


def modules_of(*words: str, environ: dict[str, str]) -> set[str]:
    code = (
        "import sys; from course.cli.main import main\n"
        f"main({list(words)!r}); print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ran.stderr.split())


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_quick_command_imports_nothing_slow(words, kept, lessons, home):
    where = () if words == ("--version",) else ("--course", str(lessons))
    found = modules_of(*words, *where, environ={"COURSE_HOME": str(home)})
    assert "course.cli.main" in found
    assert found & {*SLOW, "course.content.catalog"} == set()


@pytest.mark.parametrize("words", COMMANDS[1:], ids=lambda words: words[0])
def test_what_comes_from_the_index_is_what_was_read(words, kept, shown):
    from_index = shown(*words), shown(*words, "--json")
    shutil.rmtree(kept.parent)
    assert (shown(*words), shown(*words, "--json")) == from_index


DAMAGES = {
    "its index was emptied": lambda index: index.write_bytes(b""),
    "its index was cut in half": lambda index: index.write_bytes(
        index.read_bytes()[: index.stat().st_size // 2]
    ),
    "a byte of its index was turned": lambda index: index.write_bytes(
        index.read_bytes().replace(b"Counting", b"Countinh", 1)
    ),
    "its index is no text": lambda index: index.write_bytes(bytes(range(256)) * 9),
    "its index was written by another version": lambda index: index.write_bytes(
        b"lessons 00000000 00000000\n{}"
    ),
    "its index is ten thousand brackets": lambda index: index.write_bytes(b"[" * 10_000),
    "its index is a number of 5,000 digits": lambda index: index.write_bytes(b"9" * 5000),
    "its index became a folder": lambda index: (index.unlink(), index.mkdir()),
    "its index became a pipe": lambda index: (index.unlink(), os.mkfifo(index)),
    "its index leads to itself": lambda index: (index.unlink(), index.symlink_to(index.name)),
    "its index was removed": lambda index: index.unlink(),
    "its cache folder became a file": lambda index: (
        shutil.rmtree(index.parent.parent),
        index.parent.parent.write_text(""),
    ),
    "its kept texts were cut in half": lambda index: [
        text.write_bytes(text.read_bytes()[:50]) for text in index.parent.glob("text-*")
    ],
}


@pytest.mark.parametrize("what", DAMAGES)
def test_an_index_that_is_of_no_use_is_made_again(what, kept, shown, fault):
    before = shown("list"), shown("read", "counting", "1")
    DAMAGES[what](kept)
    after = shown("list"), shown("read", "counting", "1")
    drafts = list(kept.parent.parent.rglob(".*"))
    lost = [one for one, again in zip(before, after, strict=True) if one != again]
    fault(f"course list: {what}", lost=lost, left=drafts, read=after[0])


CHANGES = {
    "a title": ("lesson.toml", 'title = "Counting', 'title = "Accounting', "Accounting"),
    "a mutant's table": ("exercises/add/mutants.toml", None, "x = 1", "a mutant has"),
    "a rules table": ("exercises/add/rules.toml", None, "x = 1", "a rule has"),
    "a table that was there": ("exercises/add/task.md", None, None, "task.md: is missing"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_is_read_again(what, kept, lessons, shown):
    name, before, after, said = CHANGES[what]
    assert said not in shown("list")
    path = lessons / "01-counting" / name
    if after is None:
        path.unlink()
    else:
        path.write_text(path.read_text().replace(before, after) if before else after)
    assert said in " ".join(shown("list").split())
    assert said in " ".join(shown("list").split())


def test_a_lesson_that_is_gone_is_listed_no_more(kept, lessons, shown):
    shutil.rmtree(lessons / "02-doubling")
    assert "Doubling" not in shown("list")
    assert b"02-doubling" not in kept.read_bytes()


def test_another_checkout_has_an_index_of_its_own(kept, course, lessons, tmp_path):
    other = shutil.copytree(lessons, tmp_path / "other")
    manifest = other / "01-counting" / "lesson.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace('title = "Counting', 'title = "Recounts'))
    os.utime(manifest, (1_600_000_000, 1_600_000_000))
    assert "Recounts" in course("list", at=other).out
    assert "Recounts" not in course("list", at=lessons).out


def test_many_at_once_leave_one_whole_index(kept, lessons, home, fault):
    shutil.rmtree(kept.parent)
    command = [sys.executable, "-m", "course", "--course", str(lessons), "list"]
    environ = os.environ | {"COURSE_HOME": str(home), "PYTHONPATH": str(ROOT)}

    def run(_number: int) -> str:
        return subprocess.run(
            command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        said = set(pool.map(run, range(8)))
    left = [path.name for path in kept.parent.iterdir() if path.name != "index.json"]
    lost = [] if len(said) == 1 and kept.is_file() else said
    fault(
        "eight times `course list` at once, without an index", lost=lost, left=left, read=said.pop()
    )


def test_a_change_in_the_same_moment_is_not_taken_for_none():
    whole = time.time_ns() // SECOND * SECOND
    assert not is_settled([("lesson.md", 9, whole)], whole + FINE + 1)
    assert not is_settled([("lesson.md", 9, whole + 1)], whole + 2)
    assert is_settled([("lesson.md", 9, whole)], whole + COARSE + 1)
    assert is_settled([("lesson.md", 9, whole + 1)], whole + FINE + 2)
