"""Checks a submission: a fresh sandbox, the judge outside it, and a verdict."""

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import cast

from course.errors import (
    CourseError,
    LessonError,
    SandboxError,
    SandboxLost,
    SubmissionRefused,
    UsageError,
)
from course.model.json import Fields
from course.model.lesson import Exercise
from course.model.untrusted import clean, clean_line
from course.model.verdict import Verdict
from course.runs.intake import LARGEST_FILE, intake
from course.runs.ports import Judge, Sandboxes, Session
from course.runs.reach import Reach

OUTPUT_LIMIT = 70_000  # characters: what the sandbox keeps of head and tail
ANSWER_SECONDS = 10.0
Files = Path | bytes | Mapping[str, bytes]

_log = logging.getLogger(__name__)


class Checks:
    """Runs checks, and keeps one sandbox ready for the next one.

    Args:
        sandboxes: Where submissions run.
        judge: Runs the tests, outside.
        ahead: Whether to open the sandbox of the next check while nobody waits for it.
    """

    def __init__(self, sandboxes: Sandboxes, judge: Judge, *, ahead: bool = True) -> None:
        self._sandboxes = sandboxes
        self._judge = judge
        self._ahead = ahead
        self._lock = threading.Lock()
        self._ready: tuple[str, Future[Session]] | None = None
        self._is_closed = False

    def prepare(self, exercise: Exercise) -> None:
        """Open the sandbox of the next check in the background; returns at once."""
        with self._lock:
            if self._is_closed or (self._ready and self._ready[0] == exercise.slug):
                return
            before, opening = self._ready, Future[Session]()
            self._ready = (exercise.slug, opening)
        threading.Thread(
            target=self._open_ahead, args=(exercise, opening), name="check-ahead", daemon=True
        ).start()
        if before is not None:
            _close_when_open(before[1])

    def check(self, exercise: Exercise, files: Files, *, seed: int | None = None) -> Verdict:
        """Judge a submission: a file, its content, or the contents of several by name.

        Raises:
            CourseError: There is no sandbox to run it in.
        """
        seed = secrets.randbits(32) if seed is None else seed
        started = time.monotonic()
        try:
            taken = intake(_read(exercise, files), exercise.file)
        except SubmissionRefused as error:
            return Verdict(exercise.slug, "failed", clean_line(error.summary), seed=seed)
        session = self._take(exercise)
        try:
            verdict = self._judged(exercise, taken, session, seed)
        except Exception as error:  # noqa: BLE001  whatever is wrong with us must not read as a verdict
            verdict = Verdict(exercise.slug, "error", _why(error), seed=seed)
        finally:
            session.close()
            if self._ahead:
                self.prepare(exercise)
        return replace(verdict, sandbox=session.kind, seconds=time.monotonic() - started)

    def close(self) -> None:
        """Close the sandbox that was kept ready; idempotent."""
        with self._lock:
            self._is_closed = True
            before, self._ready = self._ready, None
        if before is not None:
            _close_when_open(before[1])

    def _judged(
        self, exercise: Exercise, files: dict[str, bytes], session: Session, seed: int
    ) -> Verdict:
        reach = Reach(session, exercise, files, seed)
        reach.start()
        verdict = self._judge.run(exercise, reach, seed=seed)
        printed = cast("Fields", session.request("output", seconds=ANSWER_SECONDS))
        foreign = reach.foreign()
        verdict = replace(verdict, output=clean(str(printed["text"]), OUTPUT_LIMIT))
        if verdict.outcome == "failed" and reach.unusable:
            return replace(verdict, why=clean_line(reach.unusable))
        if verdict.outcome == "passed" and foreign:
            ports = ", ".join(map(str, foreign))
            why = f"Somebody else answered on a port of the system ({ports})."
            return replace(verdict, outcome="failed", why=clean_line(why))
        return verdict

    def _take(self, exercise: Exercise) -> Session:
        with self._lock:
            before, self._ready = self._ready, None
        if before is not None:
            if before[0] == exercise.slug and _is_alive(before[1]):
                return before[1].result()
            _close_when_open(before[1])
        return self._sandboxes.open_for_check(exercise)

    def _open_ahead(self, exercise: Exercise, opening: "Future[Session]") -> None:
        try:
            session = self._sandboxes.open_for_check(exercise)
            with contextlib.suppress(SandboxLost):  # the check will notice
                session.request("restart", seconds=ANSWER_SECONDS)  # starts the runner
            opening.set_result(session)
        except Exception as error:  # noqa: BLE001  whoever waits for it must hear of it
            opening.set_exception(error)


def _read(exercise: Exercise, files: Files) -> Mapping[str, bytes]:
    if isinstance(files, bytes):
        return {exercise.file: files}
    if not isinstance(files, Path):
        return files
    try:
        if files.stat().st_size > LARGEST_FILE:
            raise SubmissionRefused(f"{files.name} is larger than {LARGEST_FILE >> 20} MiB.")
        return {exercise.file: files.read_bytes()}
    except OSError as error:
        raise UsageError(f"{files} cannot be read: {error.strerror}.") from error


def _why(error: Exception) -> str:
    if isinstance(error, LessonError):
        return clean_line(f"The lesson is at fault: {error.summary} {error.evidence}".strip())
    if isinstance(error, CourseError):
        return clean_line(f"The sandbox was lost: {error.summary} {error.evidence}".strip())
    _log.error("a check broke", exc_info=error)
    return clean_line(f"The check itself broke: {type(error).__name__}: {error}")


def _is_alive(opening: "Future[Session]") -> bool:
    """Whether it was opened at all, and has not reached its deadline meanwhile."""
    if opening.exception() is not None:
        return False
    with contextlib.suppress(SandboxError):
        opening.result().request("ping", seconds=ANSWER_SECONDS)
        return True
    return False


def _close_when_open(opening: "Future[Session]") -> None:
    """Close a session that nobody will use, now or as soon as it is there."""

    def close(opened: "Future[Session]") -> None:
        if opened.exception() is None:
            opened.result().close()

    opening.add_done_callback(close)
