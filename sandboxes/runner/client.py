"""The agent's end of the fork server."""

from __future__ import annotations

import json
import os
import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress

from runner.background import background
from runner.child import Child
from runner.ring import Ring

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from runner.birth import Born

CHUNK = 64 * 1024
BREATH_SECONDS = 0.002
ERASE_SECONDS = 20.0
SLACK_SECONDS = 10.0  # for a server that imports something, or gets little of the processor


class ForkServer:
    """Speaks to the server; its answers arrive on a thread of their own.

    Both threads exist from the start: while the learner's code fills the process table, no new
    one could be made.

    Args:
        born: The server; it is ours from now on.
    """

    def __init__(self, born: Born) -> None:
        self._born = born
        self._control = born.control
        self._lock = threading.Lock()
        self._asked: deque[Child | Question] = deque()
        self._children: dict[int, Child] = {}
        self.is_warm = threading.Event()
        self.output = Output()
        background("fork-server", self._listen)

    @property
    def pid(self) -> int:
        """Of the fork server; everything of the learner is below it."""
        return self._born.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._born.is_alive

    def fork(self) -> Child:
        """Ask for a new process; it may not exist yet when this returns."""
        child = Child()
        with self._lock:
            self._asked.append(child)
            with suppress(OSError):  # the listener tells those who wait
                socket.send_fds(self._control, [b'{"fork": true}\n'], child.ends())
        child.close_theirs()
        if not self.is_alive:
            child.forked(0, "the runner has ended")
        return child

    def load(self, modules: Iterable[str]) -> None:
        """Import them in the server: they are there in every process forked from now on."""
        self._send(None, load=sorted(modules))

    def become(self, uid: int | None) -> None:
        """Whose processes they are from now on."""
        self._send(None, learner=uid)

    def drain(self, seconds: float) -> bool:
        """Kill all that it forked and what those left; whether it is proved that none lives."""
        return bool(self._ask(seconds + SLACK_SECONDS, drain=seconds).get("drained"))

    def erase(self, places: list[str]) -> list[str]:
        """Remove what the learner owns in these places; what resisted."""
        told = self._ask(ERASE_SECONDS, erase=places).get("left", ["the runner did not erase it"])
        return [str(one) for one in told]

    def make(self, folder: str) -> str:
        """Make a folder for the learner that was not there before; why not, where that fails."""
        return str(self._ask(SLACK_SECONDS, make=folder).get("made", "the runner has ended"))

    def _ask(self, seconds: float, **wanted: object) -> dict[str, Any]:
        """One command and its answer; empty when it does not answer in time, or has ended."""
        question = Question()
        self._send(question, **wanted)
        if not self.is_alive:
            return {}
        question.known.wait(seconds)
        return question.answer

    def _send(self, question: Question | None, **wanted: object) -> None:
        with self._lock:
            if question is not None:
                self._asked.append(question)
            with suppress(OSError):  # the listener tells those who wait
                self._control.sendall(json.dumps(wanted).encode() + b"\n")

    def close(self) -> None:
        """End the server; idempotent."""
        self._born.end()
        self.output.close()

    def _listen(self) -> None:
        with suppress(OSError), self._control.makefile("rb") as lines:
            for line in lines:
                self._heard(json.loads(line))
        with self._lock:
            waiting, self._asked = list(self._asked), deque()
        for asked in waiting:
            self._answered(asked, {"refused": "the runner has ended"})
        for child in list(self._children.values()):
            child.exited(-9)

    def _heard(self, told: dict[str, Any]) -> None:
        if "exited" in told:
            child = self._children.pop(told["exited"], None)
            if child is not None:
                child.exited(told["status"])
        elif "warm" in told:
            self.is_warm.set()
        else:
            with self._lock:
                asked = self._asked.popleft()
            self._answered(asked, told)

    def _answered(self, asked: Child | Question, told: dict[str, Any]) -> None:
        if isinstance(asked, Question):
            asked.answer = told
            asked.known.set()
            return
        if "forked" in told:
            self._children[told["forked"]] = asked
        asked.forked(told.get("forked", 0), str(told.get("refused", "")))


class Question:
    """A command that waits for its answer."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self.known = threading.Event()


class Output:
    """Reads what processes print, as fast as they can, and keeps little of it."""

    def __init__(self) -> None:
        self.ring = Ring()
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = os.pipe()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._new: deque[tuple[int, Ring]] = deque()
        background("learner-output", self._pump)

    def add(self, pipe: int) -> None:
        """Read from this pipe until it ends, and close it then."""
        self._new.append((pipe, self.ring))  # what comes late belongs to whoever wrote it
        os.write(self._wake, b"+")

    def forget(self) -> None:
        """Start over with nothing printed."""
        self.ring = Ring()

    def close(self) -> None:
        """Stop reading."""
        with suppress(OSError):
            os.close(self._wake)

    def _pump(self) -> None:
        while True:
            # Between two reads a chatty process fills the pipe instead of waking us at each line.
            time.sleep(BREATH_SECONDS)
            for key, _ in self._selector.select():
                if key.fd != self._woken:
                    self._read(key.fd, key.data)
                elif not self._welcome():
                    return

    def _welcome(self) -> bool:
        if not os.read(self._woken, 4096):
            os.close(self._woken)
            return False
        while self._new:
            pipe, ring = self._new.popleft()
            self._selector.register(pipe, selectors.EVENT_READ, ring)
        return True

    def _read(self, pipe: int, ring: Ring) -> None:
        data = os.read(pipe, CHUNK)
        if data:
            ring.add(data)
            return
        self._selector.unregister(pipe)
        os.close(pipe)
