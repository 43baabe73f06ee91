"""Follows one run of the tests to its end: answers its questions, notes its reports."""

import math
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from course.errors import CourseError, LessonError, SubmissionRefused
from course.judge.channel import Broken, Late
from course.judge.process import Run
from course.judge.proxy import Failure, describe
from course.judge.tally import Tally, Unsound
from course.model.json import JSON, Fields
from course.model.lesson import Exercise

LOADING = {"import", "lacking"}  # failures of the whole file
END_SECONDS = 2.0  # from the last report to the end of the fork


class Submission(Protocol):
    """The learner's code, as `course.runs.ports` describes it."""

    def ask(self, command: str, arguments: Fields) -> Fields:
        """Forward one request of a test to the sandbox."""


class Turns:
    """Gives each test to one of the runs that share them; safe from any thread.

    Args:
        took: Seconds that a test took the last time; the longest comes first, an unknown one
            before all, for whoever starts last should not have the longest way to go.
    """

    def __init__(self, took: Mapping[str, float]) -> None:
        self._took = took
        self._lock = threading.Lock()
        self._left: list[str] | None = None

    def next(self, tests: Sequence[str]) -> str | None:
        """The test that whoever asks is to run; None when all are given."""
        with self._lock:
            if self._left is None:
                self._left = sorted(tests, key=lambda test: self._took.get(test, math.inf))
            return self._left.pop() if self._left else None


class Follower:
    """One run beside one submission.

    Args:
        exercise: Whose tests they are.
        submission: Answers what the tests ask.
        tally: Gets the reports.
        turns: Shared with the runs beside this one.
        own_seconds: What tests and pytest may take for themselves; the submission's time is not
            counted.
    """

    def __init__(
        self,
        exercise: Exercise,
        submission: Submission,
        tally: Tally,
        turns: Turns,
        own_seconds: float,
    ) -> None:
        self.tally = tally
        self.unloadable = ""  # why the whole file does not load
        self._exercise = exercise
        self._submission = submission
        self._turns = turns
        self._left = own_seconds

    def follow(self, run: Run) -> str:
        """To its end; empty, or why nobody can say what the submission is worth."""
        try:
            self._follow(run)
        except Late:
            return "The tests did not come to their end in the time that they have for themselves."
        except Unsound as error:
            return f"The lesson is at fault: {error}"
        except Broken as error:
            return f"The judge broke off: {error}."
        finally:
            run.close()
        return ""

    def _follow(self, run: Run) -> None:
        while self.tally.exit_code is None:
            kind, fields = self._next(run)
            if kind == "ask":
                self._answer(run, fields)
            elif kind == "next":
                run.channel.send("answer", value=self._turns.next(self.tally.collected or []))
            elif kind == "collected":
                self.tally.collect(fields)
            elif kind == "report":
                self.tally.report(fields)
            elif kind == "finished":
                self.tally.exit_code = cast("int", fields.get("exit"))
            else:
                raise Unsound(str(fields.get("message", kind)))
        if run.status(END_SECONDS) != 0:
            raise Broken("it did not end as it should")

    def _next(self, run: Run) -> tuple[str, Fields]:
        started = time.monotonic()
        try:
            return run.channel.receive(self._left)
        finally:
            self._left -= time.monotonic() - started

    def _answer(self, run: Run, fields: Fields) -> None:
        command = str(fields.get("command"))
        arguments = cast("Fields", fields.get("arguments"))
        try:
            value = self._submission.ask(command, arguments)
        except CourseError as error:
            run.channel.send("refused", fault=_fault(error), message=_words(error))
        else:
            self._note_unloadable(value)
            run.channel.send("answer", value=cast("JSON", value))

    def _note_unloadable(self, value: Fields) -> None:
        failure = value.get("failure")
        if not isinstance(failure, dict) or failure.get("kind") not in LOADING:
            return
        line = failure.get("line")
        line = line if isinstance(line, int) else None
        told = Failure(str(failure["kind"]), str(failure["message"]), line)
        self.unloadable = describe(told, "", self._exercise.file)


def _fault(error: CourseError) -> str:
    if isinstance(error, SubmissionRefused):
        return "learner"
    return "lesson" if isinstance(error, LessonError) else "sandbox"


def _words(error: CourseError) -> str:
    return f"{error.summary} {error.evidence}".strip()[:4000]
