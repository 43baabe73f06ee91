"""A conversation with one agent: commands and their answers, events as they come."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotAnswered

from course.errors import (
    CourseError,
    LessonError,
    MachineBusy,
    SandboxLost,
    ServerMissing,
    SubmissionRefused,
    WireBroken,
)
from course.model.codec import decode
from course.model.event import Event
from course.model.json import JSON, Fields
from course.sandbox.box import Box
from course.sandbox.wire import VERSION, Lines, frame, parse

HELLO_SECONDS = 20.0
SLICE_SECONDS = 0.5  # of a wait, between two looks at the clock
BEAT_SECONDS = 10.0  # between two signs of life during a long wait
SIGN_SECONDS = 30.0  # until each of them, on a computer that starts fifteen servers meanwhile
FAULTS: dict[str, type[CourseError]] = {
    "usage": LessonError,
    "lesson": LessonError,
    "submission": SubmissionRefused,
    "server": ServerMissing,
    "agent": SandboxLost,
    "busy": MachineBusy,
}


class BoxSession:
    """Speaks the wire over a box; safe from several threads.

    Args:
        box: A started sandbox; the session owns it and closes it.
        on_event: Called for every event, on the session's reading thread.
    """

    def __init__(self, box: Box, on_event: Callable[[Event], None]) -> None:
        self._box = box
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[JSON]] = {}
        self._lock = threading.Lock()
        self._end: CourseError | None = None
        self._is_closed = False
        self._reader = threading.Thread(target=self._read, daemon=True, name="wire")
        self._reader.start()

    @property
    def kind(self) -> str:
        """`docker` or `embedded`."""
        return self._box.kind

    def greet(self) -> Fields:
        """Make sure that the agent speaks our version; what is in the sandbox."""
        answer = self.request("hello", seconds=HELLO_SECONDS, version=VERSION)
        if not isinstance(answer, dict) or answer.get("version") != VERSION:
            raise WireBroken("The agent speaks another version of the wire.", REBUILD)
        return answer

    def request(self, command: str, *, seconds: float, **arguments: JSON) -> JSON:
        """Ask the agent and wait at most `seconds` for its answer, of those in which we ran.

        Raises:
            SandboxLost: There was none, or no sign of life meanwhile.
        """
        number, future = next(self._numbers), Future[JSON]()
        with self._lock:
            if self._end is not None:
                raise self._end
            self._waiting[number] = future
        self._box.send(frame({"id": number, "do": command, **arguments}))
        try:
            return self._wait(future, seconds)
        except NotAnswered:
            raise SandboxLost(f"The sandbox did not answer '{command}' in {seconds:g} s.") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def _wait(self, future: Future[JSON], seconds: float) -> JSON:
        """What comes; time in which we were stopped, as by Ctrl-Z, does not count."""
        left, beat = seconds, BEAT_SECONDS
        while True:
            started = time.monotonic()
            with contextlib.suppress(NotAnswered):
                return future.result(min(left, SLICE_SECONDS))
            passed = min(time.monotonic() - started, 2 * SLICE_SECONDS)
            left, beat = left - passed, beat - passed
            if left <= 0:
                raise NotAnswered
            if beat <= 0:
                self.request("ping", seconds=min(SIGN_SECONDS, left))
                beat = BEAT_SECONDS

    def close(self) -> None:
        """End the agent and everything it started; idempotent."""
        self._is_closed = True
        self._box.close()
        if threading.current_thread() is not self._reader:
            self._reader.join(2)

    def _read(self) -> None:
        lines = Lines()
        try:
            while chunk := self._box.receive():
                for line in lines.feed(chunk):
                    self._take(parse(line))
            self._finish(self._lost())
        except CourseError as error:
            self._finish(error)
            while self._box.receive():  # to its end, at which the stream is closed
                pass
        except BaseException as error:  # whoever waits must not wait for ever
            self._finish(SandboxLost(f"Its words were lost on us: {type(error).__name__}: {error}"))
            raise

    def _take(self, fields: Fields) -> None:
        event = fields.get("event")
        if isinstance(event, dict):
            self._on_event(decode(event))
            return
        number = fields.get("id")
        with self._lock:
            future = self._waiting.get(number) if isinstance(number, int) else None
        if future is None or future.done():
            return  # answered too late, or twice; whoever asked has gone
        error = fields.get("error")
        if isinstance(error, dict):
            future.set_exception(_fault(error))
        else:
            future.set_result(fields.get("value"))

    def _finish(self, end: CourseError) -> None:
        with self._lock:
            self._end = end
            waiting = list(self._waiting.values())
        for future in waiting:
            if not future.done():
                future.set_exception(end)

    def _lost(self) -> CourseError:
        if self._is_closed:
            return SandboxLost("The sandbox is closed.")
        autopsy = self._box.autopsy()
        if autopsy.oom_killed:
            return SandboxLost("The sandbox ran out of memory.", "Restart the lab.")
        return SandboxLost("The sandbox ended.", "Restart the lab.", autopsy.stderr_tail)


REBUILD = "Rebuild the image: course sandbox build"


def _fault(error: Fields) -> CourseError:
    kind = FAULTS.get(str(error.get("kind")), SandboxLost)
    return kind(str(error.get("message")), evidence=str(error.get("where") or ""))
