"""Where people are: settings that nobody thought of, and commands that must work all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

COMMANDS = ("--version", "list", "next", "read 01")
HARMLESS = {
    "LANG": "C",
    "LC_ALL": "POSIX",
    "PYTHONIOENCODING": "ascii",
    "PYTHONUTF8": "0",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONSTARTUP": "/nowhere.py",
    "VIRTUAL_ENV": "/nowhere/else",
    "CONDA_PREFIX": "/nowhere/else",
    "TERM": "dumb",
    "COLUMNS": "nonsense",
    "LINES": "-3",
    "NO_COLOR": "1",
    "FORCE_COLOR": "nonsense",
    "TZ": "Nowhere/Nothing",
    "TMPDIR": "/nowhere",
    "XDG_CACHE_HOME": "/dev/null/cache",
    "EDITOR": "'unbalanced",
    "HTTP_PROXY": "nonsense",
    "SSL_CERT_FILE": "/nowhere.pem",
    "DOCKER_HOST": "nonsense",
    "DOCKER_TLS_VERIFY": "1",
    "DOCKER_CONTEXT": "nowhere",
    "TEXTUAL_DRIVER": "nonsense",
    "TEXTUAL_FPS": "nonsense",
}
AT_FAULT = {
    "DOCKER_HOST and its certificates": (
        {"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/no"},
        "DOCKER_CERT_PATH",
    ),
    "DOCKER_HOST over ssh": ({"DOCKER_HOST": "ssh://nobody@nowhere.invalid"}, "DOCKER_HOST"),
    "DOCKER_HOST with nobody there": ({"DOCKER_HOST": "unix:///nowhere.sock"}, "DOCKER_HOST"),
    "DOCKER_HOST of another system": ({"DOCKER_HOST": "npipe:////./pipe/docker"}, "DOCKER_HOST"),
    "DOCKER_HOST that is no address": ({"DOCKER_HOST": "nonsense"}, "DOCKER_HOST"),
    "DOCKER_CONTEXT": ({"DOCKER_CONTEXT": "nowhere"}, "DOCKER_CONTEXT"),
}
PLACES = ("a [b]", "a::b", "two words", "quo'te", "ümläut 🐙", "%s", "a" * 120)
GET_SHARD = ROOT / "lessons" / "05-sharding" / "exercises" / "get_shard"


def course(home: Path, *words: str, env: dict[str, str] | None = None, **more):
    """The real command, in a process of its own."""
    plain = {"PATH": os.environ["PATH"], "HOME": str(home), "COURSE_HOME": str(home / "course")}
    return subprocess.run(
        [sys.executable, "-m", "course", *words], cwd=ROOT, env={**plain, **(env or {})},
        capture_output=True, text=True, errors="replace", timeout=60, check=False, **more,
    )  # fmt: skip


def lost(ran):
    return [] if ran.returncode == 0 and ran.stdout.strip() else [ran.returncode, ran.stderr]


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_setting_of_the_computer_costs_no_command(tmp_path, fault, name, command):
    ran = course(tmp_path, *command.split(), env={name: HARMLESS[name]})
    fault(
        f"{name}={HARMLESS[name]} and `course {command}`",
        lost=lost(ran), left=[], read=ran.stdout + ran.stderr,
    )  # fmt: skip


@pytest.mark.parametrize("what", AT_FAULT)
def test_a_setting_that_is_at_fault_is_named(tmp_path, fault, what):
    env, named = AT_FAULT[what]
    solution = str(GET_SHARD / "solution.py")
    ran = course(
        tmp_path, "--sandbox", "docker", "check", "05/get_shard", "--file", solution, env=env
    )
    fault(
        f"{what}, and `course --sandbox docker check`",
        lost=[] if ran.returncode == 3 else [ran.returncode], left=[], read=ran.stderr,
    )  # fmt: skip
    assert named in ran.stderr


@pytest.mark.parametrize("what", AT_FAULT)
def test_whoever_gets_fewer_walls_than_asked_for_is_told(tmp_path, fault, what):
    env, _ = AT_FAULT[what]
    ran = course(
        tmp_path, "check", "05/get_shard", "--file", str(GET_SHARD / "solution.py"), env=env
    )
    fault(f"{what}, and `course check`", lost=lost(ran), left=[], read=ran.stderr)
    assert "Sandbox: embedded, on this computer" in ran.stderr


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_stream_is_no_bug(tmp_path, fault, stream, command):
    number = ("stdin", "stdout", "stderr").index(stream)
    ran = course(tmp_path, *command.split(), preexec_fn=lambda: os.close(number))
    read = ran.stdout + ran.stderr
    fault(
        f"{stream} is closed and `course {command}`",
        lost=[] if ran.returncode == 0 else [ran.returncode], left=[], read=read,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["a [b]", "a::b", "two words", "quo'te", "ümläut 🐙", "%s", "a" * 120]
)
def test_a_course_lies_wherever_people_put_it(tmp_path, fault, name):
    place = tmp_path / name
    place.mkdir()
    (place / "course").symlink_to(ROOT / "tests" / "fixtures" / "course")
    ran = course(
        tmp_path, "--course", str(place / "course"), "--trust-course", "--sandbox", "embedded",
        "check", "counting/add", "--file", str(solution()),
    )  # fmt: skip
    fault(f"a course in a folder called {name[:20]}", lost=lost(ran), left=[], read=ran.stdout)


def solution() -> Path:
    """Of the fixture's first exercise."""
    (found,) = (ROOT / "tests/fixtures/course").glob("*counting/exercises/add/solution.py")
    return found
