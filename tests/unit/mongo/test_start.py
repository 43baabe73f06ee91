"""The command line of the stand-in."""

import subprocess
import sys

import pytest

from tests.unit.mongo.servers import STAND_IN, Server


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "-B", str(STAND_IN), *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_taken_port_is_said_in_one_line(server, tmp_path):
    ended = run("--port", str(server.port), "--dbpath", str(tmp_path))
    assert ended.returncode == 48
    assert f"Cannot listen on 127.0.0.1:{server.port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_folder_is_said_with_what_to_do(tmp_path):
    ended = run("--port", "0", "--dbpath", str(tmp_path / "nowhere"))
    assert ended.returncode == 100
    assert "Create the folder first" in ended.stderr


def test_flags_that_a_real_mongod_needs_are_taken(tmp_path):
    flags = ("--bind_ip", "127.0.0.1", "--quiet", "--nounixsocket", "--oplogSize", "16")
    found = Server(tmp_path / "db", 0, *flags).wait()
    found.process.terminate()
    found.end()
    assert found.process.returncode == 0


def test_the_modules_of_the_folder_do_not_hide_others(tmp_path):
    script = (
        f"import runpy, sys; sys.argv = ['x', '--help']; sys.path.insert(0, {str(STAND_IN)!r})\n"
        f"try:\n    runpy.run_path({str(STAND_IN)!r}, run_name='__main__')\n"
        "except SystemExit:\n    pass\n"
        f"assert {str(STAND_IN)!r} not in sys.path, sys.path\n"
        "assert 'pymongo' not in sys.modules"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("flag", ["--port", "--nonsense"])
def test_nonsense_on_the_command_line_is_a_usage_error(flag):
    assert run(flag, "x").returncode == 2


def test_a_member_of_a_set_needs_a_port_of_its_own():
    ended = run("--port", "0", "--replSet", "rs0")
    assert ended.returncode == 2
    assert "give a --port above 0" in ended.stderr
