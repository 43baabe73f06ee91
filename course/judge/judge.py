"""Runs an exercise's tests in a fork of the judge and comes to a verdict."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from course.errors import CourseError, LessonError, SubmissionRefused
from course.judge.channel import Broken, Late
from course.judge.manifest import Declared, declared_tests, stamp
from course.judge.process import JudgeProcess, Run
from course.judge.proxy import Failure, describe
from course.judge.tally import Tally, Unsound, outcome_of
from course.model.json import JSON, Fields
from course.model.lesson import Exercise
from course.model.untrusted import clean_line
from course.model.verdict import Outcome, TestResult, Verdict

OWN_TIMES = 3  # as long as a submission has, tests may take for themselves, on the clock
OWN_SECONDS = 10.0  # and so much beside it, for pytest itself on a busy machine
LOADING = {"import", "lacking"}  # failures of the whole file
MOST_KNOWN = 64  # exercises whose tests are remembered
END_SECONDS = 2.0  # from the last report to the end of the fork


class Submission(Protocol):
    """The learner's code, as `course.runs.ports` describes it."""

    def ask(self, command: str, arguments: Fields) -> Fields:
        """Forward one request of a test to the sandbox."""


@dataclass(slots=True)
class _Watch:
    """What is learned on the way, beside the reports."""

    left: float  # seconds that the tests have for themselves; the submission's are not counted
    unloadable: str = ""


class PytestJudge:
    """Implements `course.runs.ports.Judge`; several runs may go on at once.

    Args:
        own_seconds: What pytest may take for itself, on a busy machine, beside the tests.
    """

    def __init__(self, own_seconds: float = OWN_SECONDS) -> None:
        self._own_seconds = own_seconds
        self._process = JudgeProcess()
        self._declared: dict[str, dict[str, Declared]] = {}

    def warm(self) -> None:
        """Start the pre-imported process without waiting for it."""
        self._process.warm()

    def run(self, exercise: Exercise, submission: Submission, *, seed: int) -> Verdict:
        """One run of the tests; never raises for what the submission does."""
        started = time.monotonic()
        work = _work(exercise)
        try:
            key = stamp(work, exercise.tests)
            declared = self._tests(key, exercise)
        except (SyntaxError, OSError, ValueError) as error:
            return _error(exercise, f"The lesson is at fault: {error}", seed)
        if not declared:
            return _error(exercise, "The lesson is at fault: the exercise has no tests.", seed)
        outcome, why, results = self._attempt(exercise, submission, declared, (key, work, seed))
        return Verdict(
            exercise=exercise.slug,
            outcome=outcome,
            why=clean_line(why),
            tests=results,
            seed=seed,
            seconds=time.monotonic() - started,
        )

    def close(self) -> None:
        """End the pre-imported process; idempotent."""
        self._process.close()

    def _tests(self, key: str, exercise: Exercise) -> dict[str, Declared]:
        """What stands in the files; read again once they have changed."""
        if key not in self._declared:
            if len(self._declared) >= MOST_KNOWN:
                self._declared.clear()
            self._declared[key] = declared_tests(exercise.tests)
        return self._declared[key]

    def _attempt(
        self,
        exercise: Exercise,
        submission: Submission,
        declared: dict[str, Declared],
        order: tuple[str, Fields, int],
    ) -> tuple[Outcome, str, tuple[TestResult, ...]]:
        tally = Tally(declared)
        watch = _Watch(OWN_TIMES * exercise.seconds + self._own_seconds)
        run = self._process.fork(*order)
        try:
            _follow(run, submission, tally, watch, exercise)
        except Late:
            why = "The tests did not come to their end in the time that they have for themselves."
            return "error", why, tally.results("error", "")
        except Unsound as error:
            return "error", f"The lesson is at fault: {error}", tally.results("error", "")
        except Broken as error:
            return "error", f"The judge broke off: {error}.", tally.results("error", "")
        finally:
            run.close()
        return _conclude(exercise, tally, watch)


def _work(exercise: Exercise) -> Fields:
    return {
        "folder": str(exercise.folder.resolve()),
        "file": exercise.file,
        "tests": [str(test.resolve()) for test in exercise.tests],
        "seconds": exercise.seconds,
        "fresh": _fresh(exercise),
    }


def _fresh(exercise: Exercise) -> str:
    if exercise.kind == "program":  # its process belongs to the rig, which starts it once for all
        return "never"
    return "after_trouble" if exercise.processes == "one" else "always"


def _follow(
    run: Run, submission: Submission, tally: Tally, watch: _Watch, exercise: Exercise
) -> None:
    """Answer the fork's questions and note its reports, to its end."""
    while tally.exit_code is None:
        kind, fields = _next(run, watch)
        if kind == "ask":
            _answer(run, submission, fields, watch, exercise)
        elif kind == "collected":
            tally.collect(fields)
        elif kind == "report":
            tally.report(fields)
        elif kind == "finished":
            tally.exit_code = cast("int", fields.get("exit"))
        else:
            raise Unsound(str(fields.get("message", kind)))
    if run.status(END_SECONDS) != 0:
        raise Broken("it did not end as it should")


def _next(run: Run, watch: _Watch) -> tuple[str, Fields]:
    started = time.monotonic()
    try:
        return run.channel.receive(watch.left)
    finally:
        watch.left -= time.monotonic() - started


def _answer(
    run: Run, submission: Submission, fields: Fields, watch: _Watch, exercise: Exercise
) -> None:
    command = str(fields.get("command"))
    arguments = cast("Fields", fields.get("arguments"))
    try:
        value = submission.ask(command, arguments)
    except CourseError as error:
        run.channel.send("refused", fault=_fault(error), message=_words(error))
    else:
        _note_unloadable(value, watch, exercise)
        run.channel.send("answer", value=cast("JSON", value))


def _note_unloadable(value: Fields, watch: _Watch, exercise: Exercise) -> None:
    failure = value.get("failure")
    if not isinstance(failure, dict) or failure.get("kind") not in LOADING:
        return
    line = failure.get("line")
    line = line if isinstance(line, int) else None
    told = Failure(str(failure["kind"]), str(failure["message"]), line)
    watch.unloadable = describe(told, "", exercise.file)


def _fault(error: CourseError) -> str:
    if isinstance(error, SubmissionRefused):
        return "learner"
    return "lesson" if isinstance(error, LessonError) else "sandbox"


def _words(error: CourseError) -> str:
    return f"{error.summary} {error.evidence}".strip()[:4000]


def _conclude(
    exercise: Exercise, tally: Tally, watch: _Watch
) -> tuple[Outcome, str, tuple[TestResult, ...]]:
    results = tally.results("error", "This test was not run.")
    outcome = outcome_of(results)
    if not tally.is_complete():
        why = (
            f"The lesson is at fault: not every test was run (pytest ended with {tally.exit_code})."
        )
        return "error", why, results
    if outcome == "error":
        return outcome, _whose_error(results), results
    if outcome == "failed" and watch.unloadable:
        return outcome, watch.unloadable, results
    return outcome, _summary(exercise, results), results


def _whose_error(results: Sequence[TestResult]) -> str:
    broken = next(result for result in results if result.outcome == "error")
    return f"Nobody could judge {broken.name}: {broken.message}"


def _summary(exercise: Exercise, results: Sequence[TestResult]) -> str:
    failed = sum(result.outcome == "failed" for result in results)
    if not failed:
        return f"All {len(results)} tests of {exercise.slug} passed."
    return f"{failed} of {len(results)} tests failed."


def _error(exercise: Exercise, why: str, seed: int) -> Verdict:
    return Verdict(exercise.slug, "error", clean_line(why), seed=seed)
