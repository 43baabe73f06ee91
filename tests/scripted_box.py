"""A box without a sandbox: its agent says what a test puts into it."""

import queue
import time
from collections.abc import Callable
from typing import ClassVar, Literal

from course.sandbox.box import Autopsy

SECONDS = 10.0


class ScriptedBox:
    """A box whose agent says what the test puts into it."""

    kind: ClassVar[Literal["embedded"]] = "embedded"

    def __init__(self, autopsy: Autopsy | None = None) -> None:
        self.said: queue.Queue[bytes] = queue.Queue()
        self.heard: queue.Queue[bytes] = queue.Queue()
        self._autopsy = autopsy or Autopsy()
        self.is_closed = False
        self.was_patient = True

    def send(self, data: bytes) -> None:
        """Keep it for `sent`."""
        self.heard.put(data)

    def receive(self) -> bytes:
        """Wait for what a test puts."""
        return self.said.get()

    def close(self, *, patient: bool = True) -> None:
        """End what it says."""
        self.is_closed = True
        self.was_patient = patient
        self.said.put(b"")

    def autopsy(self) -> Autopsy:
        """What the test told."""
        return self._autopsy

    def sent(self) -> list[bytes]:
        """What has been sent to it since the last time somebody looked."""
        found = []
        while not self.heard.empty():
            found.append(self.heard.get())
        return found

    @staticmethod
    def wait_until(is_so: Callable[[], bool]) -> None:
        """Poll, with a bound."""
        end = time.monotonic() + SECONDS
        while not is_so():
            assert time.monotonic() < end, "it did not come true"
            time.sleep(0.02)
