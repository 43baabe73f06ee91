"""A process that has imported pytest once, and forks a template for each exercise.

It reads JSON lines from the socket on its stdin. `{"key", "work", "nonce", "seed", "shared"}`
orders a run and brings two descriptors: the run's end of its channel, and a pipe. Into the pipe go
the run's pid, and when it has ended its exit status. The template of the key gets the order, and is
made when there is none. `{"drop": key}` ends a template. All of them end with stdin.
"""

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
from contextlib import suppress
from pathlib import Path

from _pytest.config import default_plugins

from course.judge import compare
from course.judge.template import ENDS, LARGEST, collect
from course.model.json import Fields
from course.model.scratch import make_scratch

# Imported while nobody waits: what tests import, and what pytest would at its first run.
WARM = (
    "collections",
    "itertools",
    "json",
    "math",
    "random",
    "statistics",
    "time",
    compare.__name__,
)
MOST_TEMPLATES = 4
Template = tuple[int, socket.socket]


def main() -> None:
    """Serve until stdin ends; then end what still runs."""
    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    folder = make_scratch("judge")
    try:
        Zygote(socket.socket(fileno=0), folder).serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Zygote:
    """Hands each order to the template that has its tests.

    Args:
        control: To the course; the zygote ends with it.
        folder: For one folder per process.
    """

    def __init__(self, control: socket.socket, folder: Path) -> None:
        self._control = control
        self._folder = folder
        self._unread = b""
        self._templates: dict[str, Template] = {}  # the one used last comes last
        self._dropped: set[int] = set()

    def serve(self) -> None:
        """Until nobody is there any more."""
        while True:
            ready, _, _ = select.select([self._control], [], [])
            message, ends, _, _ = socket.recv_fds(self._control, LARGEST, ENDS)
            if not ready or not message:
                return self._end()
            self._unread += message
            *lines, self._unread = self._unread.split(b"\n")
            for line in lines:
                self._heard(json.loads(line), ends)
            for end in ends:
                os.close(end)
            self._reap()

    def _heard(self, order: Fields, ends: list[int]) -> None:
        if "drop" in order:
            self._drop(str(order["drop"]), signal.SIGKILL)
        elif len(ends) == ENDS:
            self._hand_on(order, ends)

    def _hand_on(self, order: Fields, ends: list[int]) -> None:
        """To the template; when it has died, to another one."""
        key = str(order["key"])
        wanted = json.dumps({name: order[name] for name in ("nonce", "seed", "shared")}).encode()
        for _ in range(2):
            template = self._templates.pop(key, None) or self._made(order, ends)
            self._templates[key] = template
            with suppress(OSError):
                socket.send_fds(template[1], [wanted], ends)
                return
            self._drop(key, signal.SIGKILL)

    def _made(self, order: Fields, ends: list[int]) -> Template:
        if len(self._templates) >= MOST_TEMPLATES:
            self._drop(next(iter(self._templates)))
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            self._control.close()
            ours.close()
            for _, other in self._templates.values():
                other.close()
            for end in ends:  # comes again with the order; held here, nobody would see it close
                os.close(end)
            work = order["work"]
            assert isinstance(work, dict)  # noqa: S101  the course's own words
            collect(theirs, work, self._folder)
        theirs.close()
        return pid, ours

    def _drop(self, key: str, number: int | None = None) -> None:
        """Let a template go once its runs have ended; or kill it, where it never came so far."""
        if key in self._templates:
            pid, control = self._templates.pop(key)
            control.close()
            self._dropped.add(pid)
            if number is not None:
                os.kill(pid, number)

    def _reap(self) -> None:
        self._dropped = {pid for pid in self._dropped if os.waitpid(pid, os.WNOHANG)[0] == 0}

    def _end(self) -> None:
        pids = self._dropped | {pid for pid, _ in self._templates.values()}
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            os.waitpid(pid, 0)
