"""A conversation with one agent: commands and their answers, events as they come."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as NotAnswered
from functools import partial

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
from course.sandbox.endings import ended
from course.sandbox.pulse import TICK_SECONDS, Pulse
from course.sandbox.wire import VERSION, Lines, frame, parse

HELLO_SECONDS = 20.0
SLICE_SECONDS = 0.5  # of a wait, between two looks at the clock
SIGN_SECONDS = 20.0  # without a sign of life, on a computer that starts fifteen servers meanwhile
FROZEN_SECONDS = 3.0  # of silence: who closes it then does not wait for a goodbye
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
        patience: Seconds without a sign of life, after which whoever waits is told so.
        is_lab: Whether it is watched all the time, and may come back after such a silence.
    """

    def __init__(
        self,
        box: Box,
        on_event: Callable[[Event], None],
        *,
        patience: float = SIGN_SECONDS,
        is_lab: bool = False,
    ) -> None:
        self._box = box
        self._on_event = on_event
        self._patience = patience
        self._is_lab = is_lab
        self._pulse = Pulse()
        self._over = threading.Event()
        self._sending = 0
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[JSON]] = {}
        self._lock = threading.Lock()
        self._end: CourseError | None = None
        self._is_closed = False
        self._reader = threading.Thread(target=self._read, daemon=True, name="wire")
        self._reader.start()
        threading.Thread(target=self._watch, daemon=True, name="pulse").start()

    @property
    def silent(self) -> float:
        """Seconds in which nothing has come from the agent, though it was asked."""
        return self._pulse.silent

    @property
    def end(self) -> CourseError | None:
        """Why there will be no more news; None while there may be some."""
        return self._end

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
        line = frame({"id": number, "do": command, **arguments})
        with self._lock:
            if self._end is not None:
                raise self._end
            self._waiting[number] = future
        try:
            self._send(line)
            return self._wait(future, seconds)
        except NotAnswered:
            raise SandboxLost(f"The sandbox did not answer '{command}' in {seconds:g} s.") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def _send(self, line: bytes) -> None:
        """Write it; raises why the session is over, where that is known, when nobody reads."""
        with self._lock:
            self._sending += 1
        try:
            self._box.send(line)
        except SandboxLost:
            self._over.wait(FROZEN_SECONDS)  # the reader finds out what has happened
            raise self._end or SandboxLost("The sandbox ended.") from None
        finally:
            with self._lock:
                self._sending -= 1

    def _wait(self, future: Future[JSON], seconds: float) -> JSON:
        """What comes; time in which we were stopped, as by Ctrl-Z, does not count."""
        left = seconds
        while left > 0:
            started = time.monotonic()
            with contextlib.suppress(NotAnswered):
                return future.result(min(left, SLICE_SECONDS))
            left -= min(time.monotonic() - started, 2 * SLICE_SECONDS)
        raise NotAnswered

    def close(self) -> None:
        """End the agent and everything it started; idempotent."""
        self._is_closed = True
        self._box.close(patient=self.silent < FROZEN_SECONDS)
        if threading.current_thread() is not self._reader:
            self._reader.join(2)
        self._over.set()

    def _watch(self) -> None:
        """Ask for a sign of life where none comes by itself; give up on who gives none."""
        while not self._over.wait(TICK_SECONDS):
            silent = self._pulse.tick()
            if not self._is_lab and not self._waiting:
                self._pulse.rest()
            elif silent >= self._patience:
                self._despair(silent)
            elif self._pulse.must_ask():  # apart: a full pipe must not stop the clock
                threading.Thread(target=self._ping, daemon=True, name="ping").start()

    def _ping(self) -> None:
        with contextlib.suppress(CourseError):
            self._box.send(frame({"id": next(self._numbers), "do": "ping"}))

    def _despair(self, silent: float) -> None:
        """Nobody shall wait any longer; a lab may come back, what cannot even be told may not."""
        words = f"The sandbox has given no sign of life for {silent:.0f} s."
        error = SandboxLost(words, "Is Docker, or the computer, overloaded or stopped?")
        if self._is_lab and not self._sending:
            self._fail_waiting(error)
            return
        self._finish(error)
        self._box.close(patient=False)

    def _read(self) -> None:
        lines = Lines()
        try:
            while chunk := self._box.receive():
                self._pulse.heard()
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
            answer = partial(future.set_exception, _fault(error))
        else:
            answer = partial(future.set_result, fields.get("value"))
        with contextlib.suppress(InvalidStateError):  # nobody waits for it any longer
            answer()

    def _finish(self, end: CourseError) -> None:
        with self._lock:
            self._end = self._end or end
        self._over.set()
        self._fail_waiting(end)

    def _fail_waiting(self, error: CourseError) -> None:
        with self._lock:
            waiting = list(self._waiting.values())
        for future in waiting:
            with contextlib.suppress(InvalidStateError):  # it was answered at this moment
                future.set_exception(error)

    def _lost(self) -> CourseError:
        if self._is_closed:
            return SandboxLost("The sandbox is closed.")
        return ended(self._box.autopsy())


REBUILD = "Rebuild the image: course sandbox build"


def _fault(error: Fields) -> CourseError:
    kind = FAULTS.get(str(error.get("kind")), SandboxLost)
    return kind(str(error.get("message")), evidence=str(error.get("where") or ""))
