"""One task to one grade: in a sandbox, twice when nobody could judge, never guessing."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from course.errors import CourseError, SubmissionRefused
from course.model.grade import Grade, Graded, Isolation, worth
from course.model.lesson import Exercise
from course.model.untrusted import clean_line
from course.model.verdict import Verdict
from course.runs.grading.digests import digest_files, digest_tests, seed_for
from course.runs.grading.receipt import with_receipt
from course.runs.grading.record import OUTPUT_LIMIT
from course.runs.grading.submissions import Task
from course.runs.grading.turns import EngineWatch, Turns

TRIES = 2
MOST_ABSENCES = 20  # of the engine during one submission's grading
NOTHING = "Nothing was handed in."
ISOLATION: Mapping[str, Isolation] = {"docker": "container", "fast": "fast", "embedded": "none"}

_log = logging.getLogger(__name__)


class Checker(Protocol):
    """Judges one submission; `course.runs.checks.Checks` is one."""

    def check(
        self, exercise: Exercise, files: Mapping[str, bytes], *, seed: int | None = None
    ) -> Verdict:
        """Judge it; raises CourseError when there is no sandbox."""

    def close(self) -> None:
        """End what it keeps open."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for a whole batch."""

    seed: int  # of the batch, unless it is the exercise's own already
    partial: bool = False
    isolation: Isolation = "container"
    image: str = ""
    tool: str = ""
    is_own_seed: bool = False

    def seed_of(self, exercise: Exercise) -> int:
        """What an exercise's inputs are drawn with, the same for every learner."""
        return self.seed if self.is_own_seed else seed_for(self.seed, exercise.slug)


class Grader:
    """Grades tasks one after the other.

    Args:
        checker: Judges first.
        second: Gives a checker for the second try, in a container of its own.
        terms: Of the batch.
        turns: Lets the second try be alone; shared by all graders of this computer.
        watch: Waits for an engine that went away; shared as well.
    """

    def __init__(
        self,
        checker: Checker,
        terms: Terms,
        second: Callable[[], Checker] | None = None,
        *,
        turns: Turns | None = None,
        watch: EngineWatch | None = None,
    ) -> None:
        self._checker = checker
        self._terms = terms
        self._second = second or (lambda: checker)
        self._turns = turns or Turns()
        self._watch = watch or EngineWatch(lambda: True, lambda _: None)

    def grade(self, task: Task) -> Graded:
        """Judge a task; whatever happens, there is a grade."""
        started = time.monotonic()
        files, found = take_in(task, self._terms)
        if found is not None:
            return found
        verdict, tries = self.judge(task.exercise, files)
        graded = settled(task, verdict, files, self._terms)
        return replace(graded, seconds=time.monotonic() - started, tries=tries)

    def judge(self, exercise: Exercise, files: Mapping[str, bytes]) -> tuple[Verdict, int]:
        """The verdict on these files, and at which try it came.

        What nobody could judge, or failed beside a rig for which others left too little of the
        machine, is judged again with the machine for itself: then it is no other submission's load
        that is in the way.
        """
        seed = self._terms.seed_of(exercise)

        def first() -> Verdict:
            with self._turns.together():
                return _checked(self._checker, exercise, files, seed)

        def again() -> Verdict:
            with self._turns.alone():
                return _checked(self._second(), exercise, files, seed)

        verdict = self._with_an_engine(first)
        if verdict.outcome != "error" and not verdict.is_crowded:
            return verdict, 1
        return self._with_an_engine(again), TRIES

    def _with_an_engine(self, attempt: Callable[[], Verdict]) -> Verdict:
        """Attempt it, again where the engine went away meanwhile: that was no attempt."""
        for _ in range(MOST_ABSENCES):
            started = time.monotonic()
            verdict = attempt()
            if verdict.outcome != "error" or not self._watch.wait(started):
                return verdict
        return verdict


def take_in(task: Task, terms: Terms) -> tuple[Mapping[str, bytes], Graded | None]:
    """A task's files, read once; or the grade of what needs no sandbox."""
    slug = task.exercise.slug
    try:
        files = task.files()
        if files:
            return files, None
        verdict = Verdict(slug, "failed", NOTHING)
    except SubmissionRefused as error:
        verdict = Verdict(slug, "failed", error.summary)
    except CourseError as error:  # nobody could read it, and who knows what is in it
        verdict = Verdict(slug, "error", error.summary)
    return {}, settled(task, verdict, {}, terms)


def settled(task: Task, verdict: Verdict, files: Mapping[str, bytes], terms: Terms) -> Graded:
    """The grade that a verdict makes."""
    exercise = task.exercise
    grade = Grade(
        learner=task.entry.learner,
        exercise=exercise.slug,
        title=exercise.title,
        outcome=verdict.outcome,
        why=clean_line(verdict.why),
        max_score=float(exercise.points),
        score=worth(exercise.points, verdict.outcome, verdict.tests, partial=terms.partial),
        isolation=_isolation(verdict, terms),
        seed=terms.seed_of(exercise),
        partial=terms.partial,
        place=task.entry.name,
        submission=digest_files(files),
        tests_digest=digest_tests(exercise),
        image=terms.image,
        tool=terms.tool,
        tests=verdict.tests,
        output=verdict.output[:OUTPUT_LIMIT],
    )
    return Graded(with_receipt(grade), verdict.seconds, events=verdict.events)


def _isolation(verdict: Verdict, terms: Terms) -> Isolation:
    """What stood around it; nothing to rely on where the batch says so of its engine."""
    if terms.isolation == "none":
        return "none"
    return ISOLATION.get(verdict.sandbox, terms.isolation)


def _checked(
    checker: Checker, exercise: Exercise, files: Mapping[str, bytes], seed: int
) -> Verdict:
    try:
        return checker.check(exercise, files, seed=seed)
    except CourseError as error:
        words = f"There was no sandbox: {error.summary} {error.evidence}".strip()
    except Exception as error:  # noqa: BLE001  a bug of ours must neither end a batch nor be blamed
        _log.exception("a grade broke")
        words = f"Grading itself broke: {type(error).__name__}: {error}"
    return Verdict(exercise.slug, "error", clean_line(words), seed=seed)
