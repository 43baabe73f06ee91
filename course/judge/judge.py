"""Runs an exercise's tests in forks of the judge and comes to a verdict."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from course.judge.follow import Follower, Submission, Turns
from course.judge.manifest import Declared, declared_tests, stamp
from course.judge.process import JudgeProcess
from course.judge.tally import Tally, merged, outcome_of
from course.model.json import Fields
from course.model.lesson import Exercise
from course.model.untrusted import clean_line
from course.model.verdict import Outcome, TestResult, Verdict

OWN_TIMES = 3  # as long as a submission has, tests may take for themselves, on the clock
OWN_SECONDS = 10.0  # and so much beside it, for pytest itself on a busy machine
MOST_KNOWN = 64  # exercises whose tests are remembered


class PytestJudge:
    """Implements `course.runs.ports.Judge`; several runs may go on at once.

    Args:
        own_seconds: What pytest may take for itself, on a busy machine, beside the tests.
    """

    def __init__(self, own_seconds: float = OWN_SECONDS) -> None:
        self._own_seconds = own_seconds
        self._process = JudgeProcess()
        self._declared: dict[str, dict[str, Declared]] = {}
        self._took: dict[str, dict[str, float]] = {}  # seconds, by test, the last time

    def warm(self) -> None:
        """Start the pre-imported process without waiting for it."""
        self._process.warm()

    def run(self, exercise: Exercise, *submissions: Submission, seed: int) -> Verdict:
        """One run of the tests; several share them, each beside a submission of its own.

        Never raises for what the submission does.
        """
        started = time.monotonic()
        work = _work(exercise)
        try:
            key = stamp(work, exercise.tests)
            declared = self._tests(key, exercise)
        except (SyntaxError, OSError, ValueError) as error:
            return _error(exercise, f"The lesson is at fault: {error}", seed)
        if not declared:
            return _error(exercise, "The lesson is at fault: the exercise has no tests.", seed)
        outcome, why, results = self._attempt(exercise, submissions, declared, (key, work, seed))
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
                self._took.clear()
            self._declared[key] = declared_tests(exercise.tests)
        return self._declared[key]

    def _attempt(
        self,
        exercise: Exercise,
        submissions: Sequence[Submission],
        declared: dict[str, Declared],
        order: tuple[str, Fields, int],
    ) -> tuple[Outcome, str, tuple[TestResult, ...]]:
        took = self._took.setdefault(order[0], {})
        turns, seconds = Turns(took), OWN_TIMES * exercise.seconds + self._own_seconds
        followers = [
            Follower(exercise, submission, Tally(declared), turns, seconds)
            for submission in submissions
        ]
        why = self._followed(followers, order)
        tally = merged([follower.tally for follower in followers])
        took.update(tally.seconds())
        if why:
            return "error", why, tally.results("error", "")
        return _conclude(exercise, tally, next(filter(None, (f.unloadable for f in followers)), ""))

    def _followed(self, followers: Sequence[Follower], order: tuple[str, Fields, int]) -> str:
        """All runs to their ends; empty, or why nobody can say what the submission is worth."""
        if len(followers) == 1:
            return followers[0].follow(self._process.fork(*order))
        with ThreadPoolExecutor(len(followers), "judge") as pool:
            ends = pool.map(
                lambda one: one.follow(self._process.fork(*order, shared=True)), followers
            )
            return next(filter(None, ends), "")


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


def _conclude(
    exercise: Exercise, tally: Tally, unloadable: str
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
    if outcome == "failed" and unloadable:
        return outcome, unloadable, results
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
