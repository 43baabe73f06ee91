"""A running lab as front ends see it: its log, its state, and what can be done to it."""

import base64
import contextlib
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

from course.errors import CourseError
from course.model.event import Event
from course.model.json import JSON, Fields
from course.model.lesson import Lesson
from course.model.state import LabState, fold
from course.runs.news import as_known
from course.runs.ports import LabSession, Sandboxes

OPEN_SECONDS = 60.0
FIRE_SECONDS = 180.0
KEPT_EVENTS = 5_000  # in memory; a recorder writes all of them to its file
PING_SECONDS = 10.0
CLOSE_SECONDS = 3.0
ENTRY = "lesson.py"
LEFT_OUT = ("lesson.toml", "lesson.md", "exercises")
HIDDEN = (".", "__")  # how caches of editors, linters and Python are called
Heard = Callable[[Event], None]


class RunningLab:
    """A lab that is open; its events are folded and passed on, and the last ones kept.

    Args:
        heard: Told about every event in order, on the session's thread: a recorder, a printer.
    """

    def __init__(self, heard: Sequence[Heard] = ()) -> None:
        self._heard = heard
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._state = LabState()
        self._lock = threading.Lock()
        self._is_closing = False
        self._session: LabSession | None = None

    def start(self, lesson: Lesson, sandboxes: Sandboxes, seed: int) -> None:
        """Open the lesson in a fresh session; returns when its nodes are up."""
        session = self._session = sandboxes.open(lesson, self._take)
        session.request(
            "open",
            seconds=OPEN_SECONDS,
            lesson=lesson.id,
            files=files_of(lesson.folder),
            entry=ENTRY,
            seed=seed,
            services=list(lesson.needs.services),
            sandbox=session.kind,
        )

    def state(self) -> LabState:
        """What it looks like now."""
        state = self._state  # replaced as a whole, so reading needs no lock
        session = self._session
        if session is None or self._is_closing:
            return state
        return as_known(state, session.silent, session.end)

    def events(self, after: int = 0) -> Sequence[Event]:
        """What is kept of the log from the event that follows `after`."""
        with self._lock:
            first = self._events[0].seq if self._events else 1  # seq has no gaps
            return list(islice(self._events, max(after + 1 - first, 0), None))

    def fire(self, trigger: str, params: dict[str, JSON] | None = None) -> JSON:
        """Fire a trigger and wait for what it returns."""
        return self._ask("fire", trigger=trigger, params=params or {})

    def observe(self, experiment: str) -> tuple[str, dict[str, JSON]]:
        """Run an experiment: the choice that came true, and its facts."""
        seen = cast("Fields", self._ask("observe", experiment=experiment))
        return str(seen["choice"]), cast("Fields", seen["facts"])

    def tasks(self) -> int:
        """How many threads run in its sandbox now, of all processes."""
        assert self._session is not None  # noqa: S101  started before it is handed out
        answer = cast("Fields", self._session.request("ping", seconds=PING_SECONDS))
        return cast("int", answer["tasks"])

    def close(self) -> None:
        """End it and leave nothing behind."""
        session = self._session
        if session is None:
            return
        is_silent = bool(self.state().silent)
        self._is_closing = True
        if not is_silent:
            with contextlib.suppress(CourseError):  # it may be gone already
                session.request("close", seconds=CLOSE_SECONDS)
        session.close()

    def _ask(self, command: str, **arguments: JSON) -> JSON:
        assert self._session is not None  # noqa: S101  started before it is handed out
        return self._session.request(command, seconds=FIRE_SECONDS, **arguments)

    def _take(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)
            self._state = fold((event,), self._state)
        for heard in self._heard:
            heard(event)


def open_lab(
    lesson: Lesson, sandboxes: Sandboxes, *, seed: int | None = None, heard: Sequence[Heard] = ()
) -> RunningLab:
    """Start a lesson's lab; what was started is ended when that fails."""
    lab = RunningLab(heard)
    try:
        lab.start(lesson, sandboxes, seed if seed is not None else secrets.randbelow(2**31))
    except BaseException:
        lab.close()
        raise
    return lab


def files_of(folder: Path) -> list[JSON]:
    """A folder's files as the wire carries them; the text for the learner stays here."""
    names = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    wanted = [name for name in names if not any(map(_is_left_out, name.parts))]
    return [as_file(name.as_posix(), (folder / name).read_bytes()) for name in wanted]


def as_file(name: str, content: bytes) -> dict[str, JSON]:
    """One file as the wire carries it."""
    try:
        return {"name": name, "text": content.decode()}
    except UnicodeDecodeError:
        return {"name": name, "base64": base64.b64encode(content).decode()}


def _is_left_out(part: str) -> bool:
    return part in LEFT_OUT or part.startswith(HIDDEN)
