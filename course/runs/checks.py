"""Checks a submission: a fresh sandbox, the judge outside it, and a verdict."""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import cast

from course.errors import (
    CourseError,
    LessonError,
    MachineBusy,
    SandboxError,
    StorageError,
    SubmissionRefused,
    UsageError,
)
from course.model.json import Fields
from course.model.lesson import Exercise
from course.model.untrusted import clean, clean_line
from course.model.verdict import Verdict
from course.runs.event_log import EventLog, together
from course.runs.intake import LARGEST_FILE, intake
from course.runs.ports import Judge, Sandboxes, Session
from course.runs.reach import Reach
from course.runs.ready import ReadySandboxes
from course.storage.regular import open_regular

OUTPUT_LIMIT = 70_000  # characters: what the sandbox keeps of head and tail
ANSWER_SECONDS = 30.0
MOST_PER_CORE = 4  # sandboxes of one check, whose tests mostly wait
MOST_READ = 1 << 60  # a file too large is told as that, and not as one that cannot be read
Files = Path | bytes | Mapping[str, bytes]

_log = logging.getLogger(__name__)


class Checks:
    """Runs checks, and keeps one sandbox ready for the next one.

    Args:
        sandboxes: Where submissions run.
        judge: Runs the tests, outside.
        ahead: Whether to open the sandbox of the next check while nobody waits for it.
        log: Makes what notes a check's questions and answers.
        settle: Whether the course's own answer decides whose fault an error of the lesson is.
        parallel: Whether tests that need nothing of each other run at a time, each in a sandbox
            and beside a rig of its own: sooner for one learner, and nothing won for a batch.
    """

    def __init__(  # noqa: PLR0913  each is a switch of its own, and has a default
        self,
        sandboxes: Sandboxes,
        judge: Judge,
        *,
        ahead: bool = True,
        log: Callable[[], EventLog] = EventLog,
        settle: bool = False,
        parallel: bool = False,
    ) -> None:
        self._sandboxes = sandboxes
        self._ready = ReadySandboxes(sandboxes)
        self._judge = judge
        self._settle = settle
        self._ahead = ahead
        self._most = MOST_PER_CORE * (os.cpu_count() or 1) if parallel else 1
        self._log = log
        self._last_seed: int | None = None

    def prepare(self, exercise: Exercise) -> None:
        """Open the sandbox of the next check in the background; returns at once."""
        self._judge.warm()
        self._ready.prepare(exercise, count=self._count(exercise))

    def check(
        self, exercise: Exercise, files: Files, *, seed: int | None = None, alone: bool = False
    ) -> Verdict:
        """Judge a submission: a file, its content, or the contents of several by name.

        Args:
            exercise: Whose tests judge it.
            files: What was handed in.
            seed: Of everything that is drawn; None draws one.
            alone: Beside one rig only, where the processors were not enough for several.

        Raises:
            CourseError: There is no sandbox to run it in.
        """
        wanted = seed  # a check without one takes the ready sandbox's, whose hashes follow from it
        started = time.monotonic()
        try:
            taken = intake(_read(exercise, files), exercise.file)
        except SubmissionRefused as error:
            why = clean_line(f"{error.summary} {error.hint}".strip())
            return Verdict(exercise.slug, "failed", why, seed=seed or 0)
        count = 1 if alone else self._count(exercise)
        verdict, is_lessons = self._once(exercise, taken, wanted, count)
        if count > 1 and self._may_change(verdict):
            # In parallel they may have been too many for this machine.
            with contextlib.suppress(SandboxError):  # then the first one stands
                verdict, is_lessons = self._once(exercise, taken, verdict.seed)
        if is_lessons and self._settle:
            verdict = self._settled(exercise, taken, verdict)
        return replace(verdict, seconds=time.monotonic() - started)

    def close(self) -> None:
        """Close every sandbox, and wait for it; idempotent."""
        self._ready.close()

    def _may_change(self, verdict: Verdict) -> bool:
        """Whether it may come out otherwise on its own: not where sandboxes cannot be had."""
        is_error = verdict.outcome == "error"
        return verdict.is_crowded or (is_error and self._sandboxes.answers())

    def _is_repeated(self, seed: int | None) -> bool:
        """Whether the next check will have this seed too: where they go up, a sandbox is wasted."""
        before, self._last_seed = self._last_seed, seed
        return seed is None or before in {None, seed}

    def _count(self, exercise: Exercise) -> int:
        """How many sandboxes a check of this one takes."""
        return min(exercise.parallel, self._most)

    def _once(
        self, exercise: Exercise, files: dict[str, bytes], wanted: int | None, count: int = 1
    ) -> tuple[Verdict, bool]:
        """One run in fresh sandboxes, and whether it is an error that the lesson is blamed for."""
        sessions, seed = self._ready.take(exercise, wanted, count)
        try:
            verdict, is_lessons = self._judged(exercise, files, sessions, seed)
        except Exception as error:  # noqa: BLE001  whatever is wrong with us must not read as a verdict
            verdict = Verdict(exercise.slug, "error", _why(error), seed=seed)
            is_lessons = isinstance(error, LessonError)
        finally:
            for session in sessions:
                self._ready.end(session)
            if self._ahead and self._is_repeated(wanted):
                self._ready.prepare(exercise, wanted, self._count(exercise))
        return replace(verdict, sandbox=sessions[0].kind), is_lessons

    def _settled(self, exercise: Exercise, files: dict[str, bytes], blamed: Verdict) -> Verdict:
        """The lesson is blamed: unless its own answer passes, and this one breaks it again."""
        own = {exercise.file: exercise.solution.read_bytes()}
        if files == own or self._once(exercise, own, blamed.seed)[0].outcome != "passed":
            return blamed
        again, is_lessons = self._once(exercise, files, blamed.seed)
        return _broken_by_it(again) if is_lessons else again

    def _judged(
        self, exercise: Exercise, files: dict[str, bytes], sessions: Sequence[Session], seed: int
    ) -> tuple[Verdict, bool]:
        reaches = [Reach(session, exercise, files, seed, self._log()) for session in sessions]
        _started(reaches)
        verdict = self._judge.run(exercise, *reaches, seed=seed)
        events = together([reach.log.closed(verdict) for reach in reaches])
        output = clean("".join(map(_printed, sessions)), OUTPUT_LIMIT)
        foreign = sorted({port for reach in reaches for port in reach.foreign()})
        is_crowded = verdict.outcome == "failed" and any(reach.is_crowded for reach in reaches)
        verdict = replace(verdict, events=events, output=output, is_crowded=is_crowded)
        if foreign:  # whatever else went wrong, also with the rig, follows from it
            ports = ", ".join(map(str, foreign))
            why = f"Somebody else answered on a port of the system ({ports})."
            return replace(verdict, outcome="failed", why=clean_line(why)), False
        if verdict.outcome == "failed":
            return _blamed(exercise, reaches, verdict), False
        if sum(reach.spent for reach in reaches) > exercise.seconds:  # each has kept to it
            why = f"All together took more than the {exercise.seconds:g} s that the check has."
            return replace(verdict, outcome="failed", why=why), False
        return verdict, verdict.outcome == "error" and not any(one.is_lost for one in reaches)


def _started(reaches: Sequence[Reach]) -> None:
    """The submission is handed in and the rig stands, everywhere at once."""
    with ThreadPoolExecutor(len(reaches), "check") as pool:
        for _ in pool.map(Reach.start, reaches):
            pass


def _printed(session: Session) -> str:
    printed = cast("Fields", session.request("output", seconds=ANSWER_SECONDS))
    return str(printed["text"])


def _blamed(exercise: Exercise, reaches: Sequence[Reach], verdict: Verdict) -> Verdict:
    """A failure, unless the machine is to blame for it; raises MachineBusy."""
    if exercise.rig is not None and any(reach.is_starved for reach in reaches):
        raise MachineBusy("The machine gave the sandbox too little processor to judge this.")
    unusable = next(filter(None, (reach.unusable for reach in reaches)), "")
    return replace(verdict, why=clean_line(unusable)) if unusable else verdict


def _broken_by_it(verdict: Verdict) -> Verdict:
    """An error that nothing else than the submission can have made."""
    front = (
        "With this file the tests cannot be finished, as they can with the course's own answer: "
    )
    tests = tuple(
        replace(test, outcome="failed") if test.outcome == "error" else test
        for test in verdict.tests
    )
    why = clean_line(front + verdict.why)
    return replace(verdict, outcome="failed", why=why, tests=tests)


def _read(exercise: Exercise, files: Files) -> Mapping[str, bytes]:
    if isinstance(files, bytes):
        return {exercise.file: files}
    if not isinstance(files, Path):
        return files
    try:
        with open_regular(files, MOST_READ) as file:
            content = file.read(LARGEST_FILE + 1) or b""
    except StorageError as error:
        raise UsageError(error.summary) from error
    except OSError as error:
        raise UsageError(f"{files} cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_FILE:
        raise SubmissionRefused(f"{files.name} is larger than {LARGEST_FILE >> 20} MiB.")
    return {exercise.file: content}


def _why(error: Exception) -> str:
    if isinstance(error, LessonError):
        return clean_line(f"The lesson is at fault: {error.summary} {error.evidence}".strip())
    if isinstance(error, MachineBusy):
        return clean_line(error.summary)
    if isinstance(error, CourseError):
        return clean_line(f"The sandbox was lost: {error.summary} {error.evidence}".strip())
    _log.error("a check broke", exc_info=error)
    return clean_line(f"The check itself broke: {type(error).__name__}: {error}")
