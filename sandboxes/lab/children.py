"""The processes, loads and background work of one lab, and their common end."""

import contextlib
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from lab.family import children
from lab.load import Counted, Load, Send
from lab.nodes import Node
from lab.ports import accepts, listener_uids
from lab.process import Process, Ready
from lab.runtime import Runtime
from lab.spawn import Spawner, child_environment
from lab.telling import Telling
from runner.background import background
from runner.metering import processor_seconds

P = TypeVar("P", bound=Process)


@runtime_checkable
class Complains(Protocol):
    """A server that can tell what a submission has done to it."""

    def complaint(self) -> str:
        """In words; empty for nothing."""


class Children:
    """Starts them, and ends them all at once.

    Args:
        runtime: Whose rights, and where the files lie.
        telling: Where their output goes.
        report_address: What they find in `LAB_REPORT`.
    """

    def __init__(self, runtime: Runtime, telling: Telling, report_address: Path) -> None:
        self._runtime = runtime
        self._telling = telling
        self._report_address = report_address
        self._spawner = Spawner()
        self._processes: list[Process] = []
        self._loads: list[Load] = []
        self._owners: dict[int, int] = {}  # port -> the uid that should listen there
        self._ended = threading.Event()
        self._starting = threading.local()

    def start(
        self,
        kind: type[P],
        node: Node,
        command: Sequence[str],
        *,
        account: str,
        folder: Path,
        ready: Ready | int | None,
        env: Mapping[str, str] | None = None,
        limited: bool = False,
    ) -> P:
        """Start a program as a node and wait until it is ready, unless `together`.

        Args:
            kind: What it is afterwards.
            node: Where it stands in the topology.
            command: The program and its arguments.
            account: Whose rights it gets.
            folder: Where it starts.
            ready: True once it answers, or the port where it does.
            env: More of its environment.
            limited: Whether it reads a file of the learner's, which may ask for too much.
        """
        uid = self._runtime.uid(account)
        control = str(self._runtime.place("c", account) / "s")  # short: a socket's path is limited
        ours = {"LAB_REPORT": str(self._report_address), "LAB_CONTROL": control}
        environment = child_environment({**ours, **(env or {})})
        if isinstance(ready, int) and hasattr(os, "geteuid"):
            self._owners[ready] = os.geteuid() if uid is None else uid
        argv = self._found(command)

        def launch() -> object:
            return self._spawner.spawn(
                argv, folder=folder, environment=environment, uid=uid, limited=limited
            )

        process = self.adopt(kind, node, launch, ready)
        process.control = control
        return process

    def adopt(
        self,
        kind: type[P],
        node: Node,
        launch: Callable[[], object],
        ready: Ready | int | None,
    ) -> P:
        """Take charge of a program that `launch` starts, however it does that."""
        answers = ready if not isinstance(ready, int) else (lambda: accepts(ready))
        process = kind(node, launch, answers, self._telling)
        self._processes.append(process)
        waiting: list[Process] | None = getattr(self._starting, "waiting", None)
        if waiting is None:
            process.wait_ready()
        else:
            waiting.append(process)
        return process

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What this thread starts in here is waited for at the end, all at once."""
        self._starting.waiting = []
        try:
            yield
            for process in self._starting.waiting:
                process.wait_ready()
        finally:
            self._starting.waiting = None

    def load(self, send: Send, rate: float, concurrency: int, name: str, counted: Counted) -> Load:
        """An open-loop load with a seed of its own; not started yet."""
        source = random.Random(f"{self._runtime.seed} {name} {len(self._loads)}")
        load = Load(send, rate, concurrency, source, counted, failed=self._failed)
        self._loads.append(load)
        return load

    def every(self, seconds: float, function: Callable[[], object]) -> None:
        """Call `function` in the background until the end; tell a new failure once, and go on."""
        told: set[str] = set()

        def repeat() -> None:
            while not self._ended.wait(seconds):
                try:
                    function()
                except Exception as error:  # noqa: BLE001 - the lesson's code; anything may go wrong
                    name = getattr(function, "__name__", "a function")
                    text = f"{name} failed in the background: {type(error).__name__}: {error}"
                    if text not in told and not self._ended.is_set():
                        self._telling.tell("note", text=text, tone="bad", node="")
                    told.add(text)

        background("every", repeat, told=self._failed)

    def _failed(self, words: str) -> None:
        self._telling.tell("note", text=words, tone="bad", node="")

    @property
    def foreign(self) -> list[int]:
        """Ports where somebody listens who is not the server that was started there."""
        return [port for port, uid in list(self._owners.items()) if listener_uids(port) - {uid, 0}]

    @property
    def spent(self) -> float:
        """Processor seconds of the servers that run with a file of the learner's."""
        learners = [one for one in self._processes if one.is_learners and one.is_running]
        pids = {pid for one in learners for pid in (one.pid, *children(one.pid))}
        return sum(map(processor_seconds, pids))

    def complaint(self) -> str:
        """What a submission has done to one of the servers; empty for nothing."""
        servers = (one for one in self._processes if isinstance(one, Complains))
        return next(filter(None, (server.complaint() for server in servers)), "")

    def close(self) -> None:
        """End loads, background work and every process."""
        self._ended.set()
        for load in self._loads:
            load.close()
        for process in self._processes:
            process.retire()
        for process in self._processes:
            process.end()
        self._spawner.close()

    def _found(self, command: Sequence[str]) -> list[str]:
        """`python` is this Python; names of .py files are looked up in the lesson's folder."""
        program = sys.executable if command[0] == "python" else command[0]
        return [program, *(self._path(word) for word in command[1:])]

    def _path(self, word: str) -> str:
        path = self._runtime.folder / word
        return str(path) if word.endswith(".py") and path.is_file() else word
