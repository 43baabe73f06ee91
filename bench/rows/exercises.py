"""What the learner waits for: a warm check of each exercise's solution, one after the other."""

from collections.abc import Iterable
from contextlib import ExitStack
from functools import cache

from bench._row import Row
from bench._warm import warm_check
from course.content.catalog import Catalog
from course.content.folders import find_course
from course.judge.judge import PytestJudge
from course.model.lesson import Exercise
from course.runs.checks import Checks
from course.sandbox.choice import Chooser

SUM, LONGEST = 40.0, 6.0  # seconds
RUN_FOR_ITSELF = "incident/slo"  # a run under faults, whose length is the point
EDITING = 6.0  # seconds in which the next check's sandboxes get ready


def rows(stack: ExitStack) -> Iterable[Row]:
    """All of them, and the longest."""
    judge = PytestJudge()
    stack.callback(judge.close)
    checks = Checks(Chooser("docker"), judge, parallel=True)
    stack.callback(checks.close)

    @cache
    def taken() -> dict[str, float]:
        return {one.slug: second(checks, one) for one in exercises()}

    yield Row(
        what="all checks, one after the other, warm", wanted=SUM, unit="s", rounds=1,
        ours=lambda: sum(taken().values()),
    )  # fmt: skip
    yield Row(
        what="the longest check but that of the incident", wanted=LONGEST, unit="s", rounds=1,
        ours=lambda: max(cost for slug, cost in taken().items() if slug != RUN_FOR_ITSELF),
    )  # fmt: skip


def exercises() -> list[Exercise]:
    """In the course's order."""
    return [one for lesson in Catalog(find_course()).lessons for one in lesson.exercises]


def second(checks: Checks, exercise: Exercise) -> float:
    """Seconds of the second check of it."""
    warm_check(checks, exercise, EDITING)
    return warm_check(checks, exercise, EDITING)
