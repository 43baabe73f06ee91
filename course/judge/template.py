"""A process that has collected one exercise's tests, and forks for every run of them."""

import gc
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, cast

import pytest

from course.judge.channel import Channel
from course.judge.plugin import Fresh, Reporter
from course.judge.proxy import Desk, Fixtures
from course.model.json import Fields

# Nothing of this machine or the tests' folder steers the run, and no source gets into messages.
FLAGS = (
    "-c", os.devnull, "--noconftest", "--assert=plain", "--import-mode=importlib",
    "--strict-markers", "--capture=no",
    "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:doctest",
    "-p", "no:junitxml", "-p", "no:pastebin", "-p", "no:debugging", "-p", "no:logging",
    "-p", "no:stepwise", "-p", "no:warnings", "-p", "no:tmpdir", "-p", "no:setuponly",
    "-p", "no:setupplan",
    # They collect garbage at the end of every run, for warnings that nobody would hear.
    "-p", "no:unraisableexception", "-p", "no:threadexception",
)  # fmt: skip
LARGEST = 64 * 1024  # bytes of an order
ENDS = 2  # descriptors that come with an order: the run's channel, and a pipe for its fate


def collect(control: socket.socket, work: Fields, place: Path) -> NoReturn:
    """Collect the tests, and serve until nobody wants another run.

    In a fork: run them and leave, with the exit status 0 only when pytest came to its end.

    Args:
        control: Brings orders.
        work: What to collect.
        place: For one empty folder per run, this process's own among them.
    """
    status = 70
    try:
        _settle(place / str(os.getpid()))
        template = Template(control, work, place)
        code = template.collect()
        template.order()  # where pytest did not even come to its loop, every run hears of that
        template.channel.send("finished", exit=code)
        status = 0
    finally:
        os._exit(status)


class Template:
    """Halts pytest between collecting and running; each fork goes on from there.

    Args:
        control: Brings orders.
        work: What to collect.
        place: For one empty folder per run.
    """

    def __init__(self, control: socket.socket, work: Fields, place: Path) -> None:
        self._control = control
        self._work = work
        self._place = place
        self._seconds = int(cast("float", work["seconds"])) + 2
        self._running: dict[int, int] = {}  # pid to the pipe that waits for its status
        self._is_run = False
        self._is_shared = False  # other runs share the tests with this one
        self.channel: Channel
        self._desk = Desk(str(work["file"]))
        self._reporter = Reporter(self._desk, fresh=cast("Fresh", work["fresh"]))
        self._fixtures = Fixtures(self._desk)

    def collect(self) -> int:
        """Start pytest; what it ends with, which only a fork gets to know as a rule."""
        self._limit()
        folder = str(self._work["folder"])
        tests = [str(test) for test in cast("list[str]", self._work["tests"])]
        if "[" in folder or "::" in folder:  # pytest would take them for the name of a test
            os.chdir(folder)
            tests = [Path(test).name for test in tests]
        arguments = [*FLAGS, f"--rootdir={folder}", f"--confcutdir={folder}", *tests]
        return int(pytest.main(arguments, plugins=[self, self._reporter, self._fixtures]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Everything is collected; from here on there is one fork for each run."""
        self.order()
        if not self._is_shared:
            return None  # pytest's own loop
        items = {item.name: item for item in session.items}
        while name := self._desk.next():  # nobody knows the one after: fixtures end with their test
            session.config.hook.pytest_runtest_protocol(item=items[name], nextitem=None)
        return True

    def order(self) -> None:
        """Fork whenever a run is ordered; returns in forks only, and there at once."""
        if self._is_run:
            return
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        gc.collect()
        gc.freeze()
        woken = _woken_by_children()
        signal.signal(signal.SIGTERM, lambda *_: self._kill())
        while not self._is_run:
            ends: list[socket.socket | int] = [self._control, woken]
            ready, _, _ = select.select(ends, [], [])
            if woken in ready:
                with suppress(BlockingIOError):
                    os.read(woken, 4096)
                self._reap()
            if self._control in ready and not self._take():
                self._drain()

    def _take(self) -> bool:
        message, ends, _, _ = socket.recv_fds(self._control, LARGEST, ENDS)
        if len(ends) == ENDS:
            self._fork(json.loads(message), *ends)
        return bool(message)

    def _fork(self, order: Fields, channel: int, pipe: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(order, channel, pipe)
            return
        os.close(channel)
        self._running[pid] = pipe
        _tell(pipe, pid)

    def _become(self, order: Fields, channel: int, pipe: int) -> None:
        """A run of its own, with a seed of its own."""
        self._is_run = True
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._control.close()
        for other in (pipe, *self._running.values()):
            os.close(other)
        _settle(self._place / str(os.getpid()))
        self._limit()
        self.channel = Channel(socket.socket(fileno=channel), str(order["nonce"]))
        self._desk.channel = self.channel
        self._fixtures.seed = cast("int", order["seed"])
        self._is_shared = order["shared"] is True
        self._reporter.begin(self.channel)

    def _limit(self) -> None:
        with suppress(ValueError, OSError):
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (self._seconds, hard))

    def _reap(self) -> None:
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._buried(pid, status)

    def _buried(self, pid: int, status: int) -> None:
        pipe = self._running.pop(pid)
        shutil.rmtree(self._place / str(pid), ignore_errors=True)
        _tell(pipe, os.waitstatus_to_exitcode(status))
        os.close(pipe)

    def _drain(self) -> NoReturn:
        """No more orders: see the runs to their end, and go."""
        while self._running:
            self._buried(*os.wait())
        self._leave()

    def _kill(self) -> NoReturn:
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._leave()

    def _leave(self) -> NoReturn:
        shutil.rmtree(self._place / str(os.getpid()), ignore_errors=True)
        os._exit(0)


def _woken_by_children() -> int:
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    return woken


def _settle(folder: Path) -> None:
    """A session and a folder of our own, and nothing to read from or print to."""
    os.setsid()
    folder.mkdir()
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    sys.dont_write_bytecode = True


def _tell(pipe: int, number: int) -> None:
    with suppress(BrokenPipeError):
        os.write(pipe, b"%d\n" % number)
