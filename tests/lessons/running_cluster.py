"""Lesson 02's cluster as a program of its own, and what its scoreboard says."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from lab.ports import free_port
from tests.lessons.lesson_code import modules

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "lessons" / "02-clustering"
SECONDS = 10.0  # the bound of every wait
T = TypeVar("T")
QUICK = {"boot_ms": 5, "wait_ms": 20, "healthy_seconds": 0.1}


[board_file] = modules(LESSON, "scoreboard")


def until(claim: Callable[[], T], what: str) -> T:
    """Poll until the claim holds; its value."""
    deadline = time.monotonic() + SECONDS
    while not (value := claim()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.005)
    return value


class Running:
    """A cluster in a process of its own, and what its scoreboard says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "settings.json"
        self.board = board_file.Scoreboard(folder / "board")
        self.port = free_port()

    def start(self, workers: int = 3, **changes: object) -> "Running":
        """Start it and wait until all workers answer."""
        self.write(**changes)
        words = ["--port", self.port, "--workers", workers, "--settings", self.settings,
                 "--scoreboard", self.folder / "board"]  # fmt: skip
        with (self.folder / "log").open("w") as log:
            self.master = subprocess.Popen(
                [sys.executable, LESSON / "cluster.py", *map(str, words)],
                env={**os.environ, "PYTHONPATH": str(ROOT / "sandboxes")},
                stderr=log,
                stdout=log,
            )
        self.wait_for(workers)
        return self

    def write(self, **changes: object) -> None:
        """The settings, quick ones unless told otherwise."""
        self.settings.write_text(json.dumps({**QUICK, **changes}))

    def wait_for(self, workers: int) -> None:
        """Until so many answer."""
        until(lambda: len(self.board.up()) == workers, f"{workers} workers up")

    def pids(self) -> dict[int, int]:
        """Who answers in which slot."""
        return {row["slot"]: row["pid"] for row in self.board.up()}

    def ask(self, path: str = "/") -> http.client.HTTPResponse:
        """One request; its answer has been read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        return answer

    def ask_meanwhile(self, path: str = "/") -> "Meanwhile":
        """One request on another thread."""
        return Meanwhile(lambda: self.ask(path).status)

    def end(self) -> None:
        """Kill the master, and whoever survived it."""
        with suppress(ProcessLookupError):
            self.master.kill()
        self.master.wait(SECONDS)
        for row in self.board.workers():  # of a master that a test killed
            with suppress(ProcessLookupError):
                os.kill(row["pid"], signal.SIGKILL)


class Meanwhile:
    """Something that happens on another thread: its result, or its error."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act
        self.result: Any = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._act()
        except (OSError, http.client.HTTPException) as error:
            self.result = error

    def end(self) -> Any:
        """Wait for it; its result."""
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
        return self.result
