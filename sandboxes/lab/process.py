"""A program that runs as a node of the lab."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Callable
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM, Signals
from typing import Any

from lab.control import NoAnswer, ask_process
from lab.errors import LabError
from lab.nodes import Node
from lab.printing import Printed, Printing
from lab.telling import Telling
from lab.wait import until
from runner.background import background

READY_SECONDS = 20.0  # three mongods on a busy machine take their time
Ready = Callable[[], object]


class Process:
    """A started program and its node; its exit becomes an event.

    Args:
        node: Where it stands in the topology.
        launch: Starts the program anew, each time it is called.
        ready: True once the program answers.
        telling: Where its output goes, line by line.
    """

    is_learners = False  # whether it is a server that runs with a file of the learner's

    def __init__(
        self,
        node: Node,
        launch: Callable[[], Any],  # subprocess.Popen, or what the agent starts like one
        ready: Ready | None,
        telling: Telling,
    ) -> None:
        self.node = node
        self._launch = launch
        self._ready = ready
        self._telling = telling
        self._expected_end = ""
        self._is_retired = False
        self._printing = Printing(self._line)
        self._watcher: threading.Thread | None = None
        self.control = ""  # the path of its control socket, where it may have one
        self._start()

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def pid(self) -> int:
        """Of the program as it runs now, or ran last."""
        return int(self._popen.pid)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        """The last lines it printed."""
        return self._printing.tail

    def wait_ready(self) -> None:
        """Wait until it answers; raises NotInTime, with its last output."""
        if self._ready is not None:
            until(self._answers, READY_SECONDS, f"{self.name}: an answer")
            if not self.is_running:
                cause = cause_of_death(self.wait(1) or 0)
                last = self.output[-500:] or "it printed nothing"
                raise LabError(f"{self.name} ended ({cause}) instead of answering: {last}")
        if self.is_running:
            self.node.up(pid=self.pid)

    def tell(self, **fields: Any) -> Any:
        """Hand this to its `serve_control`; returns what that answered, or raises LabError."""
        try:
            return ask_process(self.control, fields)
        except NoAnswer as error:
            raise LabError(f"{self.name} did not answer its control: {error}") from error

    def kill(self, number: int = SIGKILL) -> None:
        """Send a signal to it alone."""
        self._expected_end = ""
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(number)
        if number == SIGKILL:
            self.wait(5)

    def pause(self) -> None:
        """Stop the clock for it and all it started: SIGSTOP."""
        self._signal_group(SIGSTOP)
        self.node.set("paused", detail="SIGSTOP")

    def resume(self) -> None:
        """Let it go on: SIGCONT."""
        self._signal_group(SIGCONT)
        if self.is_running:
            self.node.up(pid=self.pid)

    def stop(self, seconds: float = 5.0) -> None:
        """SIGTERM, then SIGKILL for what is left after `seconds`."""
        self._expected_end = "stopped"
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(SIGCONT)
            self._popen.send_signal(SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        self.end()

    def retire(self) -> None:
        """From now on its end is expected and told no more."""
        self._is_retired = True

    def end(self) -> None:
        """SIGKILL for it and everything in its session."""
        self._signal_group(SIGKILL)
        self.wait(5)

    def restart(self) -> None:
        """End what is left of it and start it anew."""
        self.end()
        self.node.set("starting")
        self._start()
        self.wait_ready()

    def wait(self, seconds: float) -> int | None:
        """Its exit status once it ended, else None after `seconds`."""
        try:
            status = int(self._popen.wait(seconds))
        except subprocess.TimeoutExpired:
            return None
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join(1)  # the event of its end comes before we return
        return status

    def _start(self) -> None:
        self._expected_end = ""
        self._popen = self._launch()
        self._watcher = background(
            f"watch {self.name}", self._watch, self._popen, self._popen.stdout, told=self._failed
        )

    def _answers(self) -> bool:
        if not self.is_running:
            return True  # no use in waiting
        return bool(self._ready is None or self._ready())

    def _watch(self, popen: Any, output: Printed) -> None:
        drain = self._printing.drain
        reader = background(f"output {self.name}", drain, output, told=self._failed)
        status = popen.wait()
        reader.join(0.2)  # a grandchild may hold the pipe open for ever
        if popen is self._popen and not self._is_retired:
            self.node.down(self._expected_end or cause_of_death(status))

    def _line(self, text: str) -> None:
        if self._is_news(text):
            self._telling.tell("log", node=self.name, text=text)

    def _failed(self, words: str) -> None:
        """Something of ours that looks after it is gone, and says so."""
        self._telling.tell("note", text=words, tone="bad", node=self.name)

    def _is_news(self, _line: str) -> bool:
        """Whether a line of output is for the learner too; the last ones are kept either way."""
        return True

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)


def cause_of_death(status: int) -> str:
    """What an exit status means, in a word or two."""
    if status >= 0:
        return f"exit {status}"
    try:
        return Signals(-status).name
    except ValueError:
        return f"signal {-status}"
