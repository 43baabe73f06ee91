"""Ended means ended: whoever hides is gone after a restart, and only then is it called one."""

import ctypes
import fcntl
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.submission import SubmissionHost
from runner.birth import spawn
from runner.killing import kill_uid
from runner.rights import standing_in_for
from tests.unit.runner import hider

UID = 0x4100_0000 + os.getpid()
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a uid of its own")
SOURCE = Path(hider.__file__).read_bytes()
NEEDED = {"ctypes", "fcntl", "platform", "signal", "threading", "time"}


@pytest.fixture(params=[None, pytest.param(UID, marks=AS_ROOT)], ids=["our uid", "their uid"])
def host(request) -> Iterator[SubmissionHost]:
    with tempfile.TemporaryDirectory(dir="/tmp") as around:
        Path(around).chmod(0o711)
        folder = Path(around, "submission")
        folder.mkdir()
        if request.param is not None:
            os.chown(folder, request.param, request.param)
        host = SubmissionHost(str(folder), request.param, spawn())
        host._learners.load(NEEDED)  # another uid may not read them, where Python is root's own
        yield host
        host.close()


@pytest.fixture
def lock() -> Iterator[str]:
    """A file that everybody may lock."""
    number, path = tempfile.mkstemp(dir="/tmp")
    os.close(number)
    Path(path).chmod(0o666)
    yield path
    Path(path).unlink()


def is_held(path: str) -> bool:
    with Path(path).open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def submit(host: SubmissionHost, source: bytes) -> None:
    host.submit({"answer.py": source}, entry="answer.py", seconds=20, memory_mb=256)


def call(host: SubmissionHost, function: str, *args):
    answer = host.call(function, list(args), {}, "1")
    assert "value" in answer, answer
    return answer["value"]


@pytest.mark.skipif(not hider.X86 and os.uname().machine != "aarch64", reason="numbers of calls")
@pytest.mark.skipif(os.uname().sysname != "Linux", reason="orphans are adopted on Linux")
@pytest.mark.parametrize("way", list(hider.WAYS))
def test_whoever_hides_is_gone_after_a_restart(host, lock, way):
    submit(host, SOURCE)
    assert call(host, "hide", way, lock)
    assert is_held(lock)
    host.restart()
    assert not is_held(lock)
    assert call(host, "hide", way, lock)  # and the next one has its chance
    host.restart()
    assert not is_held(lock)


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="orphans are adopted on Linux")
def test_whoever_hides_is_gone_when_the_agent_is_killed(lock):
    ours = os.fork()
    if ours == 0:
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            host = SubmissionHost(folder, None, spawn())
            submit(host, SOURCE)
            call(host, "hide", "after_two_forks", lock)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(ours, 0)
    _until(lambda: not is_held(lock))


def test_nobody_is_killed_in_the_name_of_root():
    with pytest.raises(ValueError, match="cannot stand in"):
        kill_uid(0)


@AS_ROOT
def test_the_learner_cannot_signal_whoever_stands_in_for_it():
    ready, tell = os.pipe()
    done, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        with standing_in_for(UID):
            os.write(tell, b"!")
            os.read(done, 1)
        os._exit(7)
    assert os.read(ready, 1) == b"!"
    meddler = os.fork()
    if meddler == 0:
        os.setresuid(UID, UID, UID)
        try:
            os.kill(pid, signal.SIGKILL)
        except PermissionError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(meddler, 0)[1] == 0
    os.write(end, b"!")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


@AS_ROOT
@pytest.mark.skipif(os.uname().sysname != "Linux", reason="/proc lists them on Linux")
@pytest.mark.parametrize("host", [UID], indirect=True)
def test_shared_memory_that_outlives_its_process_is_destroyed(host):
    source = b"import ctypes\ndef leave(): return ctypes.CDLL(None).shmget(0, 4096, 0o1600)\n"
    submit(host, source)
    number = call(host, "leave")
    assert number >= 0
    host.restart()
    seen = ctypes.create_string_buffer(256)
    assert ctypes.CDLL(None).shmctl(number, 2, seen) == -1


def _until(claim: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.02)
